// Signed reports of the operator's own service: in any order, repeated, altered on their way. Money moves once; what was not
// signed moves nothing.
import assert from 'node:assert/strict'
import { codeOf, utf8 } from '@floodgate/protocol'
import { webhook } from '@floodgate/tracker'
import { Webhook } from 'standardwebhooks'
import { takeReport } from '../../../tracker-extension/src/api/payouts.ts'
import { SEED, randomFrom } from '../../support/random.ts'
import { SECRET } from './fake-service.ts'
import { backOf, damagedOnce, inOffice, openOffice, shuffled, type Office } from './office.ts'

const RUNS = Number(process.env['FLOODGATE_SCHEDULES'] ?? 150)

/** What is said of each payout, the last of it being how it ends. */
const SAID: Readonly<Record<string, string[]>> = {
  bob: ['submitted', 'paid'],
  carol: ['submitted', 'paid', 'returned'],
  dave: ['submitted', 'failed'],
  erin: ['submitted']
}
const UIDS = Object.keys(SAID)
const ENDS = Object.values(SAID).map((states) => states.at(-1)!)

interface Report {
  body: Uint8Array
  headers: Record<string, string>
}

const open = (): Promise<Office> =>
  openOffice(
    webhook({ url: 'http://127.0.0.1:9', secret: SECRET }),
    [UIDS],
    (uid) => `payto://webhook/${uid}`
  )

/** Odd letters in a reason are for people, and no reason to refuse it. */
async function reportsOf({ store }: Office): Promise<Report[]> {
  const signer = new Webhook(SECRET)
  const at = new Date()
  const reports: Report[] = []
  for (const [uid, states] of Object.entries(SAID)) {
    const [payout] = await store.payoutsOf(uid)
    for (const state of states) {
      const said = { payoutId: payout!.payoutId, state, reference: 'ref-1', reason: 'no \0 \ud800' }
      const text = JSON.stringify(said)
      const id = `${uid} ${state}`
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signer.sign(id, at, text)
      }
      reports.push({ body: utf8(text), headers })
    }
  }
  return reports
}

describe(`payouts: signed reports (FLOODGATE_SEED=${SEED})`, function () {
  this.timeout(60_000 + RUNS * 50)

  it('I1 G14: any order, any repeats, altered ones in between: each payout comes to its end, once', async () => {
    const random = randomFrom(SEED)
    for (let run = 0; run < RUNS; run++) {
      await inOffice(open, async (office) => {
        const reports = await reportsOf(office)
        for (const report of shuffled(random, [...reports, ...reports])) {
          const altered = { ...report, body: damagedOnce(random, report.body), params: {} }
          const before = await office.states()
          await assert.rejects(
            takeReport(office.desk, altered),
            (error) => codeOf(error) === 'bad-signature'
          )
          assert.deepEqual(await office.states(), before)
          const { outcome } = await takeReport(office.desk, { ...report, params: {} })
          assert.match(outcome, /^(applied|repeated)$/)
          assert.deepEqual(await office.balances(), backOf(await office.states()))
        }
        assert.deepEqual(await office.states(), ENDS)
      })
    }
  })
})
