// `floodgate risk`: what dishonest peers could cost, for every content of a running provider.

import { fetchRisk } from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { money, parseCount } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface RiskOptions {
  data: string
  colluders: number
}

const MODES = {
  escrow: 'Swarms of any size are admitted.',
  cap: 'A swarm takes no more members than its limit.'
}

export const addRisk: AddCommand = (program, act) => {
  program
    .command('risk')
    .description('what dishonest peers could cost, for every content (operator)')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .option('--colluders <k>', 'accounts of one mind', parseCount(1, 999_999), 1)
    .addHelpText(
      'after',
      examples('floodgate risk --data ./shop', 'floodgate risk --data ./shop --colluders 10')
    )
    .action(act((session, options: RiskOptions) => runRisk(session, options)))
}

async function runRisk({ out, signal }: Session, { data, colluders }: RiskOptions): Promise<void> {
  const risk = await unlessStopped(signal, fetchRisk(await operatorOf(data), colluders))
  out.tell('risk', risk)
  const amount = (minor: string): string => money(BigInt(minor), risk.currency)
  const columns = ['members', 'limit', 'a seller may lose', 'they may gain', 'of it in escrow']
  const rows = risk.contents.map(({ name, members, membersMax, sellerLoss, gain, covered }) => [
    ...[name, members, membersMax, amount(sellerLoss), amount(gain), amount(covered)]
  ])
  const who = colluders === 1 ? 'one buyer' : `${colluders} colluders`
  out.say(`${who}, at most ${risk.unpaidMax} unpaid pieces each from a seller. ${MODES[risk.mode]}`)
  out.say(table([{ head: 'content' }, ...columns.map((head) => ({ head, right: true }))], rows))
}
