// `floodgate court`: what the provider's court has to decide, whom it revoked, and what a person should look at. `--lift`
// ends a revocation.

import type { CaseJson, CourtJson } from '@floodgate/tracker'
import { fetchCourt, postLift, postRevoke } from '../provider/api-client.ts'
import { countsOf } from '../provider/court-lines.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { expectUid, short } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface CourtOptions {
  data: string
  lift?: string
  revoke?: string
}

export const addCourt: AddCommand = (program, act) => {
  program
    .command('court')
    .description('show open cases, strikes, revoked accounts and signals (operator)')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .option('--lift <uid>', 'end the revocation of an account and forgive its strikes')
    .option('--revoke <uid>', 'revoke an account: its key was stolen, or the signals showed it')
    .addHelpText(
      'after',
      examples(
        'floodgate court --data ./shop',
        'floodgate court --data ./shop --lift 9f2c4a1be07d4c35a1b2c3d4e5f60718'
      )
    )
    .action(act((session, options: CourtOptions) => runCourt(session, options)))
}

async function runCourt(
  { out, signal }: Session,
  { data, lift, revoke }: CourtOptions
): Promise<void> {
  for (const uid of [lift, revoke]) {
    if (uid !== undefined) expectUid(uid)
  }
  const provider = await operatorOf(data)
  if (revoke !== undefined) {
    const done = await unlessStopped(signal, postRevoke(provider, revoke))
    return out.tell('revoked', done, `${revoke} is revoked`)
  }
  if (lift !== undefined) {
    const done = await unlessStopped(signal, postLift(provider, lift))
    return out.tell(
      'lifted',
      done,
      done.lifted ? `${lift} is free again` : `${lift} was not revoked`
    )
  }
  const court = await unlessStopped(signal, fetchCourt(provider))
  out.tell('court', court)
  out.say(textOf(court))
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

const caseRow = ({ complaint, accuser, accused, infoHash, index, outcome, at }: CaseJson) => [
  ...[short(complaint), short(accuser), short(accused)],
  ...[`${short(infoHash)} ${index}`, outcome, day(at)]
]

function textOf({ counts, open, answered, strikes, ...more }: CourtJson): string {
  const { revoked, appeals, signals } = more
  const parts = [countsOf(counts)]
  const list = (heads: string[], rows: (string | number)[][]): void => {
    const columns = heads.map((head) => ({ head }))
    if (rows.length > 0) parts.push(table(columns, rows))
  }
  const columns = ['of', 'against', 'piece', 'stands', 'since']
  list(['open case', ...columns], open.map(caseRow))
  list(['answered case', ...columns], answered.map(caseRow))
  list(
    ['account', 'strikes'],
    strikes.map(({ uid, strikes: n, strikesMax }) => [uid, `${n} of ${strikesMax}`])
  )
  list(
    ['revoked', 'for', 'evidence', 'until'],
    revoked.map(({ uid, reason, evidence, until }) => [uid, reason, short(evidence), day(until)])
  )
  list(
    ['appeal of', 'against', 'since'],
    appeals.map(({ uid, complaint, at }) => [uid, short(complaint), day(at)])
  )
  list(
    ['signal', 'what', 'accounts'],
    signals.map(({ kind, text, uids }) => [kind, text, uids.map(short).join(' ')])
  )
  return parts.join('\n')
}
