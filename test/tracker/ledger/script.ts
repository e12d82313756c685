// Runs a ledger session that is written as a table: command → outcome | balances. One line is one command.
//
//   deposit  <id> <uid> <amount>
//   publish  <content> <pieces> <price> [<currency>] [free=n]
//   purchase <purse> <uid> <content> <price> [again] [part=0-2,3-4]  → <purse answered> -<charged>
//   redeem   <claim> <payee> <purse> <bits> [count=n]    → +<credited> <fresh>/<conflicting>/<uncovered>
//   close    <purse>                                     → refund <amount>
//   cancel   <purse> <uid> <bits kept> [early=n]         → kept <tokens>
//   complain <id> <accuser> <accused> <purse> <index> [dismissed|guilty [<proof>]]  → <outcome> [<code>] +<credited>
//   prove | settle <id>, answer <id> void|guilty         → as complain
//   told     <uid> <id>…                                 → struck <id>…
//   resend   <id> <max>                                  → <times>
//   revoke   <version> <uid> <until>                     → version <n>
//
// `at=` and `until=` set the time and the expiry (100 and 200 if not given). An expected error is its code.
import assert from 'node:assert/strict'
import {
  type Command,
  LedgerError,
  type LedgerStore,
  type Outcome
} from '../../../tracker-extension/src/ledger/index.ts'

/** A key that is the same for the same name. */
export const keyFor = (name: string): Uint8Array => new Uint8Array(Buffer.alloc(32, name))
export const voucherFor = (...parts: string[]): Uint8Array =>
  new Uint8Array(Buffer.from(`voucher ${parts.join(' ')}`))

/** Bits as text ('1100 0001') to a bitmap. */
export function bits(text: string): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(text.length / 8))
  ;[...text].forEach((bit, i) => {
    if (bit === '1') bitmap[i >> 3]! |= 0x80 >> (i & 7)
  })
  return bitmap
}

export function openAccount(store: LedgerStore, uid: string): Promise<{ uid: string }> {
  const keys = { signKey: keyFor(uid), boxKey: keyFor(`${uid} box`) }
  return store.execute({ kind: 'open', uid, ...keys, handle: `${uid}@example` })
}

/** The command a line stands for. */
export function commandOf(line: string): Command {
  const words = line.split(/\s+/)
  const option = (name: string, otherwise: number) =>
    Number(words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? otherwise)
  const now = option('at', 100)
  const [kind, a = '', b = '', c = '', d = ''] = words.filter((word) => !word.includes('='))
  switch (kind) {
    case 'correct':
    case 'deposit':
      return { kind, id: a, uid: b, amountMinor: BigInt(c), reason: 'card', now }
    case 'publish': {
      const price = { pieces: Number(b), priceMinor: BigInt(c), currency: d || 'EUR' }
      const rest = { title: a, torrent: new Uint8Array(9), mode: 'closed' as const }
      return { kind, infoHash: a, ...price, ...rest, free: option('free', 0) }
    }
    case 'purchase': {
      const again = words.includes('again')
      const time = { now, expiresAt: option('until', 200) }
      const sealed = new Uint8Array(Buffer.from(`seed of ${a} at ${now}`))
      const order = { purchaseId: a, uid: b, infoHash: c, priceMinor: BigInt(d) }
      const part = words.find((word) => word.startsWith('part='))?.slice('part='.length)
      const ranges = part?.split(/[-,]/).map(Number)
      return { kind, ...order, again, ...(ranges && { ranges }), ...time, sealed }
    }
    case 'redeem': {
      const count = option('count', d.replaceAll('0', '').length)
      const claim = { claimId: a, payee: b, purseId: c, bitmap: bits(d), count }
      return { kind, claims: [{ ...claim, voucher: voucherFor(c, b, d) }], now }
    }
    case 'close':
      return { kind, purseId: a, now }
    case 'cancel': {
      const frame = voucherFor('cancel', a, b, c)
      return { kind, purseId: a, uid: b, kept: bits(c), frame, earlyAt: option('early', 150), now }
    }
    default:
      return courtCommandOf(kind, words.filter((word) => !word.includes('=')).slice(1), now)
  }
}

/** The court's: all complaints are of one piece not paid, unless they say otherwise. */
function courtCommandOf(kind: string | undefined, words: string[], now: number): Command {
  const [a = '', b = '', c = '', d = '', e = '', f = 'challenge', g = ''] = words
  switch (kind) {
    case 'complain': {
      const charge = f === 'guilty' ? 'bad-token' : 'unpaid'
      const parties = { accuser: b, accused: c, purseId: d, index: Number(e) }
      const rest = {
        infoHash: 'film',
        count: 0,
        code: charge,
        nonce: keyFor(a),
        evidence: keyFor(a)
      }
      return {
        kind,
        complaintId: a,
        charge,
        ...parties,
        outcome: f as 'challenge',
        proof: g,
        ...rest,
        now
      }
    }
    case 'prove':
      return { kind, complaintId: a, now }
    case 'settle':
      return { kind, complaintId: a, acceptance: new Uint8Array(1), now }
    case 'answer':
      return { kind, complaintId: a, outcome: b as 'void', code: `answer ${b}`, now }
    case 'told':
      return { kind, uid: a, complaintIds: words.slice(1), answerMs: 10, now }
    case 'resend':
      return { kind, complaintId: a, resendsMax: Number(b) }
    case 'revoke': {
      const proof = { evidence: keyFor('proof'), head: keyFor(a), reason: 'test' }
      return { kind, version: Number(a), uid: b, until: Number(c), pardon: true, ...proof, now }
    }
    default:
      throw new Error(`no command: ${kind}`)
  }
}

function textOf(outcome: Outcome): string {
  if ('purse' in outcome) return `${outcome.purse.purseId} -${outcome.chargedMinor}`
  if ('refundMinor' in outcome) return `refund ${outcome.refundMinor}`
  if ('complaint' in outcome) {
    const { complaint } = outcome
    const { outcome: found, code, creditedMinor } = complaint
    return [found, code, `+${creditedMinor}`].filter(Boolean).join(' ')
  }
  if ('keptTokens' in outcome) return `kept ${outcome.keptTokens}`
  if ('struck' in outcome) return ['struck', ...outcome.struck].join(' ')
  if ('resends' in outcome) return `${outcome.resends}`
  if ('version' in outcome) return `version ${outcome.version}`
  if (!('claims' in outcome)) return 'ok'
  const [result] = outcome.claims
  if ('error' in result!) return result.error
  const { creditedMinor, fresh, conflicting, uncovered } = result!
  return `+${creditedMinor} ${fresh}/${conflicting}/${uncovered}`
}

/** What happened, in the words of the table; only a `LedgerError` counts as an answer. */
export async function resultOf(store: LedgerStore, command: Command): Promise<string> {
  try {
    return textOf(await store.execute(command))
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
}

/**
 * Runs a table. Its first line names the accounts (opened here) whose balances stand in the columns; the last
 * column is always escrow. After every line the books must balance (I1).
 */
export async function runTable(store: LedgerStore, table: string): Promise<void> {
  const [head, ...lines] = table.trim().split('\n')
  const uids = head!.split('|')[1]!.trim().split(/\s+/).slice(0, -1)
  for (const uid of uids) await openAccount(store, uid)
  for (const line of lines) {
    const [command, rest] = line.trim().split(' → ')
    const [outcome, balances] = rest!.split('|').map((part) => part.trim())
    const got = await resultOf(store, commandOf(command!.trim()))
    const accounts = await Promise.all(uids.map((uid) => store.account(uid)))
    const books = await store.audit()
    const found = [...accounts.map((account) => account?.balanceMinor), books.escrowMinor]
    assert.equal(
      `${got} | ${found.join(' ')}`,
      `${outcome} | ${balances!.split(/\s+/).join(' ')}`,
      line
    )
    assert.deepEqual(books.faults, [], line)
  }
}

/** What the same command answers when it is given again: the same, and that it is a repeat. */
export function asRepeated(outcome: Outcome): Outcome {
  if ('claims' in outcome) {
    const claims = outcome.claims.map((one) => ('error' in one ? one : { ...one, repeated: true }))
    return { claims }
  }
  return 'repeated' in outcome ? { ...outcome, repeated: true } : outcome
}
