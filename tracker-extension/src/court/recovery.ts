// A conviction and its revocation are two commands. If the process died in between, the first is on record and nobody was
// revoked (I6): so what is on record is carried out when the provider starts. Each step may be repeated.

import type { Court } from './court.ts'
import { allCases } from './docket.ts'
import { convict } from './door.ts'
import { punish } from './verdict.ts'

/** Was all of it carried out? What fails is told, and does not keep the rest from being tried. */
export async function carryOut(court: Court, onError: (error: unknown) => void): Promise<boolean> {
  let isDone = true
  const attempt = async (step: () => Promise<unknown>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      isDone = false
      onError(error)
    }
  }
  await attempt(async () => {
    for (const offence of await court.store.offences()) await attempt(() => convict(court, offence))
  })
  await attempt(async () => {
    for (const one of await allCases(court)) await attempt(() => punish(court, one))
  })
  return isDone
}
