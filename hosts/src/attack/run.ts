// Makes one attack on a bed of its own and judges what it brought: against its bound, the unpaid
// limit, and the books.

import { Bed } from './bed.ts'
import type { Measures } from './books.ts'
import { within } from './line.ts'
import type { Attack, Row } from './scenario.ts'

/** A row, and for people why it is not ok. */
export interface Result {
  row: Row
  honestLossMoney: bigint
  wrong: string[]
  /** Every code and event observed, and how often. */
  seen: ReadonlyMap<string, number>
}

/** The unpaid limit n of the honest peers, unless a scenario raises it. */
const LIMIT = 1

/** An attack that takes longer hangs: most take less than a second. */
const ATTACK_MS = 20_000

const NOTHING: Measures = {
  ...{ attackerGainPieces: 0, attackerGainMoney: 0n, honestBans: 0 },
  ...{ worstHonestLossPieces: 0, worstHonestLossMoney: 0n, worstPairLossPieces: 0, faults: [] }
}

export async function runAttack(attack: Attack): Promise<Result> {
  const broken: string[] = []
  // What an attack throws into the host would end it: that is a success of the attack.
  const note = (error: unknown): void => void broken.push(`thrown into the host: ${String(error)}`)
  process.on('uncaughtException', note)
  const bed = await Bed.open(attack)
  let measures = NOTHING
  let made = false
  try {
    await within(
      attack.run(bed).then(() => (made = true)),
      ATTACK_MS
    )
    if (!made) throw new Error(`not done within ${ATTACK_MS} ms`)
    measures = await bed.measure()
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    await bed.close()
    process.off('uncaughtException', note)
  }
  return judge(attack, measures, bed.seen, broken)
}

function judge(
  { name, bound, boundMoney = 0, limit = LIMIT, defences }: Attack,
  measures: Measures,
  seen: ReadonlyMap<string, number>,
  broken: string[]
): Result {
  const { attackerGainPieces, attackerGainMoney, worstHonestLossPieces, honestBans } = measures
  const acted = defences.filter((code) => seen.has(code))
  const idle = defences.filter((code) => !seen.has(code))
  const money = Number(attackerGainMoney)
  const wrong = [
    ...broken,
    ...measures.faults,
    ...(attackerGainPieces > bound ? [`gained ${attackerGainPieces} pieces of ${bound}`] : []),
    ...(money > boundMoney ? [`gained ${money} minor units of ${boundMoney}`] : []),
    ...(measures.worstPairLossPieces > limit
      ? [`${measures.worstPairLossPieces} unpaid pieces of one buyer, ${limit} allowed`]
      : []),
    ...(worstHonestLossPieces > limit
      ? [`an honest peer lost ${worstHonestLossPieces} pieces`]
      : []),
    ...(honestBans > 0 ? [`${honestBans} honest peers are banned`] : []),
    ...(idle.length > 0
      ? [`not observed: ${idle.join(', ')}; but ${[...seen.keys()].join(', ')}`]
      : [])
  ]
  const row = {
    ...{ name, attackerGainPieces, attackerGainMoney: money, boundPieces: bound },
    ...{ worstHonestLossPieces, honestBans, ok: wrong.length === 0, defence: acted.join(', ') }
  }
  return { row, honestLossMoney: measures.worstHonestLossMoney, wrong, seen }
}
