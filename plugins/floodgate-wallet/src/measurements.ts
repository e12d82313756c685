// Tells the provider what we measured of what was promised. It is signed once, and durable before it is said, so that it is
// the same whenever it has to be said again.

import {
  ERRORS,
  FloodgateError,
  PROVIDER_UID,
  amountOf,
  codeOf,
  equal,
  toBase64url,
  toHex,
  type Measured,
  type Shortfall
} from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, issuedNow, signRequest } from './provider-client.ts'
import type { Purse } from './purse.ts'
import { unpack } from './state.ts'
import type { Wallet } from './wallet.ts'

const ANSWER_MAX = 640

/** What the provider found. Amounts are minor units. */
export interface MeasureAnswer extends Measured {
  purse: Uint8Array
  missed: Shortfall
  /** `own-line`: the provider had rate to spare, and gives nothing back. */
  excuse: string
  /** Per cent of what was paid that comes back. */
  credit: number
  /** `kept`; `owed`, which the provider pays later by itself; or `paid`. */
  state: string
  credited: bigint
  currency: string
}

/**
 * Tells the provider what was measured of a purse, in the book by `note`; may be repeated. From the first time on these
 * figures stand. Throws what the provider refuses with (`contradicted` when it knows better), `unreachable`,
 * `wrong-session` for an answer to something else, and what verifying throws.
 */
export async function sendMeasurement(wallet: Wallet, purse: Purse): Promise<MeasureAnswer> {
  const { measurements } = wallet.purses
  const known = measurements.of(purse)
  if (known === undefined) throw new FloodgateError('bad-option', 'nothing was measured')
  const { startMs, wantedMs, bytes } = known
  if (known.frame === undefined) {
    const { id, infoHash } = purse
    // What the origin did not confirm it may not have taken, and there is nothing to wait for: it redeems at once.
    const paid = purse.spent() - purse.unreceipted(PROVIDER_UID)
    const body = { infoHash, purse: id, startMs, wantedMs, bytes, paid }
    const signed = await signRequest(wallet, 'measurement', body)
    measurements.change(purse, { startMs, wantedMs, bytes, frame: toBase64url(signed) })
  }
  await wallet.saved()
  const frame = unpack(measurements.of(purse)!.frame!)
  try {
    const said = await byItsClock(wallet, async () => {
      const url = `${wallet.api}${ROUTES}/measurements`
      const answer = await issuedNow(wallet, 'measured', await ask(url, ANSWER_MAX, frame))
      const isOurs = equal(answer.measurement, wallet.crypto.sha256(frame))
      if (isOurs && equal(answer.purse, purse.id)) return answer
      throw new FloodgateError('wrong-session', 'answer to another measurement')
    })
    const { missed, excuse, credit, state, credited, currency } = said
    if (missed !== '' && known.outcome === '') {
      const back = state === 'paid' ? amountOf(credited, currency) : `${credit} %`
      const text = credit > 0 ? `${back} given back` : 'by our own line, as the provider finds'
      wallet.note('missed', `${missed} of purse ${toHex(purse.id)}: ${text}`)
    }
    measurements.change(purse, { outcome: state })
    await wallet.saved()
    const measured = { startMs, wantedMs, bytes }
    const found = { missed: missed as Shortfall, excuse, credit, state, credited, currency }
    return { purse: purse.id, ...measured, ...found }
  } catch (error) {
    const code = codeOf(error)
    if (!ERRORS[code].retry) measurements.change(purse, { outcome: code })
    throw error
  }
}
