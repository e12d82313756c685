// The form of what the operator is told of the court; the court itself says it (court/docket.ts).

import { z } from 'zod'
import type { CourtJson } from '../court/docket.ts'
import { count, hash, infoHash, time, uid } from './schemas.ts'

const caseJson = z
  .strictObject({
    complaint: hash,
    kind: z.string(),
    accuser: uid,
    accused: uid,
    infoHash,
    purse: z.string(),
    index: count,
    outcome: z.string(),
    code: z.string(),
    at: time
  })
  .meta({ id: 'Case' })

export const courtAnswer = z.strictObject({
  counts: z.record(z.string(), count).meta({ description: 'Cases by outcome.' }),
  open: z.array(caseJson),
  answered: z
    .array(caseJson)
    .meta({ description: 'Open, but the accused has shown that it paid: nobody has to act.' }),
  strikes: z.array(z.strictObject({ uid, strikes: count, strikesMax: count })),
  revoked: z.array(z.strictObject({ uid, reason: z.string(), evidence: z.string(), until: time })),
  appeals: z.array(z.strictObject({ uid, complaint: hash, at: time, bytes: count })),
  signals: z.array(
    z.strictObject({
      kind: z.enum(['sink', 'circle', 'shared-handle', 'registrations', 'dismissed']),
      uids: z.array(uid),
      text: z.string()
    })
  )
}) satisfies z.ZodType<CourtJson>
