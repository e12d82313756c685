// How many tokens a second the provider redeems: sealed and signed claims over HTTP, through API, verification and durable
// ledger. They are made beforehand, from vouchers of many buyers, and sent by another process over many connections.

import { randomBytes } from 'node:crypto'
import type { ClaimantJobs, ClaimTimes } from './actors/claimant.ts'
import type { ProviderJobs, StoreKind } from './actors/provider.ts'
import type { Actor } from './harness/actor.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { numbersOf, wordOf } from './harness/command.ts'
import type { Seller } from './harness/content.ts'
import { percentile, round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'

const PIECES = 1000
/** So many of a purse's tokens stand in one claim at most: a batch of 1,000 comes from ten buyers. */
const PER_PURSE = 100
const PURSES_MIN = 8
/** Buyers of the purchases that only lie there. */
const IDLE_BUYERS = 1000
const TARGET = 100_000
const TARGET_BATCH = 1000
/** A provider process; there is one. */
const PROCESSES = 1

interface Scene {
  provider: Actor<ProviderJobs>
  claimant: Actor<ClaimantJobs>
  seller: Seller
  buyers: Uint8Array[]
  boxKey: Uint8Array
}

export const claims = defineBench({
  name: 'claims',
  line: 'tokens redeemed per second over HTTP, verification and durable ledger included',
  columns: ['store', 'processes', 'batch', 'purchases', 'tokensPerSecond', 'p99Ms'],
  options: {
    batches: { value: '1,50,1000', says: 'tokens per claim' },
    purchases: { value: '0,100000', short: '0,10000', says: 'purchases in the ledger before' },
    store: { value: 'sqlite', says: 'sqlite or postgres (durable), or memory' },
    buyers: { value: 200, says: 'buyers that the claimed vouchers come from' },
    connections: { value: 16, says: 'connections, each with one claim in flight' },
    claims: { value: 4000, short: 800, says: 'claims per batch size, at most' },
    tokens: { value: 1_000_000, short: 200_000, says: 'tokens per batch size, at most' }
  },
  async run(stage, values) {
    const store = wordOf('store', values.store, ['sqlite', 'postgres', 'memory'])
    const batches = numbersOf('batches', values.batches)
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    for (const purchases of numbersOf('purchases', values.purchases)) {
      const scene = await setUp(stage, store, values)
      const ms = await preload(scene, purchases)
      if (purchases > 0) {
        outcome.notes.push(
          `${purchases} purchases of ${PIECES} pieces were put into the ledger past HTTP, in ${round(ms / 1000, 1)} s`
        )
      }
      for (const batch of batches) {
        const count = Math.min(values.claims, Math.ceil(values.tokens / batch))
        const each = Math.max(1, Math.round(count / values.connections))
        const times = await redeem(scene, batch, each, values.connections)
        add(outcome, { store, batch, purchases }, times)
        stage.say(`${store}, ${purchases} purchases, batches of ${batch}: done`)
      }
      for (const fault of await scene.provider.ask('faults', undefined)) outcome.notes.push(fault)
      await stage.dismiss(scene.provider, scene.claimant)
    }
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

async function setUp(
  stage: Stage,
  store: StoreKind,
  { connections, buyers }: { connections: number; buyers: number }
): Promise<Scene> {
  const [provider, claimant] = await Promise.all([
    stage.actor<ProviderJobs>('provider'),
    stage.actor<ClaimantJobs>('claimant')
  ])
  const folder = await stage.newFolder('provider')
  const seller = await provider.ask('start', {
    ...{ store, folder },
    intervalSeconds: 30,
    membersMax: 250
  })
  const people = await claimant.ask('people', { seller, sellers: connections, buyers })
  await provider.ask('openAccounts', [...people.sellers, ...people.buyers])
  const boxKey = await provider.ask('boxKey', undefined)
  return { provider, claimant, seller, buyers: people.buyers.map(({ uid }) => uid), boxKey }
}

/** Purchases that nobody claims from; answers milliseconds. */
async function preload({ provider }: Scene, count: number): Promise<number> {
  const start = performance.now()
  if (count === 0) return 0
  const buyers = Array.from({ length: IDLE_BUYERS }, () => bytes(16))
  await provider.ask(
    'openAccounts',
    buyers.map((uid) => ({ uid, signKey: bytes(32), boxKey: bytes(32) }))
  )
  const content = { infoHash: bytes(20), pieces: PIECES }
  await provider.ask('publishBare', content)
  await provider.ask('sellPurses', { ...content, buyers, count, idle: true })
  return performance.now() - start
}

const bytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

async function redeem(
  { provider, claimant, seller, buyers, boxKey }: Scene,
  batch: number,
  claimsEach: number,
  connections: number
): Promise<ClaimTimes> {
  const tokensPerPurse = Math.min(batch, PER_PURSE)
  const pursesPerClaim = Math.ceil(batch / tokensPerPurse)
  const content = { infoHash: bytes(20), pieces: PIECES }
  await provider.ask('publishBare', content)
  const tokensEach = claimsEach * pursesPerClaim * tokensPerPurse
  // Each seller has purses of its own: enough for its tokens, and some more than one claim holds.
  const perSeller = Math.max(PURSES_MIN, Math.ceil(tokensEach / PIECES)) + pursesPerClaim
  const count = perSeller * connections
  const purses = await provider.ask('sellPurses', { ...content, buyers, count })
  const amounts = { claims: claimsEach, pursesPerClaim, tokensPerPurse }
  await claimant.ask('make', { purses, pieces: PIECES, boxKey, ...amounts })
  await provider.ask('profile', true)
  const times = await claimant.ask('send', { url: seller.url })
  await provider.ask('profile', false)
  const wanted = tokensEach * connections
  if (times.refused.length > 0 || times.tokens !== wanted) {
    throw new Error(`${times.tokens} of ${wanted} tokens redeemed; refused: ${times.refused[0]}`)
  }
  return times
}

function add(
  outcome: Outcome,
  setting: { store: string; batch: number; purchases: number },
  { ms, latencies, tokens }: ClaimTimes
): void {
  const { store, batch, purchases } = setting
  const figures = {
    tokensPerSecond: Math.round((tokens * 1000) / ms),
    p99Ms: round(percentile(latencies, 0.99), 1)
  }
  outcome.results.push({ store, processes: PROCESSES, batch, purchases, ...figures })
  const perSecond = Math.round((latencies.length * 1000) / ms)
  outcome.notes.push(
    `${store}, ${purchases} purchases, batches of ${batch}: ${latencies.length} claims, ${perSecond} a second`
  )
}

function verdictOf(rows: Row[]): string {
  const large = rows.filter(({ batch }) => Number(batch) >= TARGET_BATCH)
  if (large.length === 0) return `The target (${TARGET} tokens a second) is for batches of 1000.`
  const rates = large.map(({ tokensPerSecond }) => Number(tokensPerSecond))
  const worst = Math.min(...rates)
  const flat = round(worst / Math.max(...rates), 2)
  const met = worst >= TARGET ? 'met' : 'missed'
  return `Target of ${TARGET} tokens a second in batches of 1000 ${met}: ${worst} at worst, ${flat} of the best, whatever the ledger holds.`
}
