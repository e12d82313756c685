// A conviction and its revocation are two commands. If the process died in between, the first is on record and nobody was
// revoked (I6): so what is on record is carried out when the provider starts. Each step may be repeated.

import type { Court } from './court.ts'
import { allCases } from './docket.ts'
import { convict } from './door.ts'
import { punish } from './verdict.ts'

export async function carryOut(court: Court): Promise<void> {
  for (const offence of await court.store.offences()) await convict(court, offence)
  for (const one of await allCases(court)) await punish(court, one)
}
