// Commands about money out as lines of a table, beside those of script.ts:
//
//   redeem   <claim> <payee> <purse> <bits> share=<seller’s millionths>
//   want     <uid> <destination> [hold=<ms>]                 → from <time>
//   request  <payout> <uid> <amount> [rail] [sink]           → <state>
//   prepare  <batch> <payout>…                               → ok
//   submit   <payout> <reference>                            → <state>
//   end      <payout> paid|failed|returned                   → <state>
//   split    <seller’s millionths>                           → ok
//   lease    <held> <until>                                  → taken|busy <until>
import type { Command } from '../../../tracker-extension/src/ledger/index.ts'
import { commandOf } from './script.ts'

/** The command a line stands for. */
export function payoutCommandOf(line: string): Command {
  const words = line.split(/\s+/)
  const option = (name: string): number | undefined => {
    const found = words.find((word) => word.startsWith(`${name}=`))
    return found === undefined ? undefined : Number(found.slice(name.length + 1))
  }
  const now = option('at') ?? 100
  const [kind, a = '', b = '', c = '', rail = 'bank', sink = 'cash'] = words.filter(
    (word) => !word.includes('=')
  )
  switch (kind) {
    case 'want':
      return { kind: 'setDestination', uid: a, destination: b, holdMs: option('hold')!, now }
    case 'request': {
      const amountMinor = BigInt(c)
      const order = { payoutId: a, uid: b, amountMinor, rail, sink: sink as 'cash' }
      return { kind: 'requestPayout', ...order, now }
    }
    case 'prepare': {
      const payoutIds = words.slice(2).filter((word) => !word.includes('='))
      return { kind: 'preparePayout', batch: a, payoutIds, now }
    }
    case 'split':
      return { kind: 'keepSplit', sellerMillionths: Number(a) }
    case 'lease':
      return { kind: 'leasePayouts', held: Number(a), until: Number(b), now }
    case 'submit':
      return { kind: 'submitPayout', payoutId: a, reference: b, now }
    case 'end':
      return { kind: 'settlePayout', payoutId: a, outcome: b as 'paid', reason: '', now }
    default: {
      const command = commandOf(line)
      const sellerMillionths = option('share')
      return command.kind === 'redeem' && sellerMillionths !== undefined
        ? { ...command, sellerMillionths }
        : command
    }
  }
}
