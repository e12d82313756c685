// All attacks of the lab, in the order in which they are made. To add one is to add it to its
// family.

import { buyers } from './buyers.ts'
import { complaints } from './complaints.ts'
import { frames } from './frames.ts'
import { identity } from './identity.ts'
import { purses } from './purses.ts'
import { replays } from './replays.ts'
import type { Attack } from './scenario.ts'
import { sellers } from './sellers.ts'
import { tokens } from './tokens.ts'
import { tracker } from './tracker.ts'
import { unpaid } from './unpaid.ts'

export const ATTACKS: readonly Attack[] = [
  ...replays,
  ...buyers,
  ...sellers,
  ...tokens,
  ...purses,
  ...unpaid,
  ...complaints,
  ...identity,
  ...frames,
  ...tracker
]
