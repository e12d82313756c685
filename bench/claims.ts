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
const PURSES_EACH = 30
const TARGET = 100_000
const TARGET_BATCH = 1000

interface Scene {
  provider: Actor<ProviderJobs>
  /** More processes of the same provider. */
  others: Actor<ProviderJobs>[]
  urls: string[]
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
    stores: { value: 'sqlite,postgres', says: 'sqlite and postgres are durable; or memory' },
    processes: { value: '1,3', says: 'provider processes on one database, with postgres' },
    buyers: { value: 200, says: 'buyers that the claimed vouchers come from' },
    connections: { value: 16, says: 'connections, each with one claim in flight' },
    claims: { value: 4000, short: 800, says: 'claims per batch size, at most' },
    tokens: { value: 1_000_000, short: 200_000, says: 'tokens per batch size, at most' }
  },
  async run(stage, values) {
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    const stores = values.stores.split(',').map((word) => wordOf('stores', word, STORES))
    for (const store of stores) {
      // A file has one process.
      const processes = store === 'postgres' ? numbersOf('processes', values.processes) : [1]
      for (const count of processes) {
        for (const purchases of numbersOf('purchases', values.purchases)) {
          await measure(stage, outcome, { store, processes: count, purchases }, values)
        }
      }
    }
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

const STORES = ['sqlite', 'postgres', 'memory'] as const

interface Setting {
  store: StoreKind
  processes: number
  purchases: number
}
interface Amounts {
  batches: string
  claims: number
  tokens: number
  connections: number
  buyers: number
}

async function measure(
  stage: Stage,
  outcome: Outcome,
  setting: Setting,
  values: Amounts
): Promise<void> {
  const { store, processes, purchases } = setting
  const scene = await setUp(stage, setting, values)
  const ms = await preload(scene, purchases)
  if (purchases > 0) {
    outcome.notes.push(
      `${purchases} purchases of ${PIECES} pieces were put into the ledger past HTTP, in ${round(ms / 1000, 1)} s`
    )
  }
  for (const batch of numbersOf('batches', values.batches)) {
    const count = Math.min(values.claims, Math.ceil(values.tokens / batch))
    const each = Math.max(1, Math.round(count / values.connections))
    const times = await redeem(scene, batch, each, values.connections)
    add(outcome, { ...setting, batch }, times)
    const where = `${store}, ${processes} process${processes > 1 ? 'es' : ''}`
    stage.say(`${where}, ${purchases} purchases, batches of ${batch}: done`)
  }
  for (const fault of await scene.provider.ask('faults', undefined)) outcome.notes.push(fault)
  await stage.dismiss(...scene.others)
  await stage.dismiss(scene.provider, scene.claimant)
}

async function setUp(
  stage: Stage,
  { store, processes }: Setting,
  { connections, buyers }: Amounts
): Promise<Scene> {
  const [provider, claimant] = await Promise.all([
    stage.actor<ProviderJobs>('provider'),
    stage.actor<ClaimantJobs>('claimant')
  ])
  const start = {
    ...{ store, folder: await stage.newFolder('provider') },
    ...{ intervalSeconds: 30, membersMax: 250 }
  }
  const seller = await provider.ask('start', start)
  const like = await provider.ask('identity', undefined)
  const others: Actor<ProviderJobs>[] = []
  const urls = [seller.url]
  while (urls.length < processes) {
    const other = await stage.actor<ProviderJobs>('provider')
    others.push(other)
    urls.push((await other.ask('start', { ...start, like })).url)
  }
  const people = await claimant.ask('people', { seller, sellers: connections, buyers })
  await provider.ask('openAccounts', [...people.sellers, ...people.buyers])
  const boxKey = await provider.ask('boxKey', undefined)
  const uids = people.buyers.map(({ uid }) => uid)
  return { provider, others, urls, claimant, seller, buyers: uids, boxKey }
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
  // A buyer has no more than so many purses of one content.
  for (let left = count; left > 0; left -= IDLE_BUYERS * PURSES_EACH) {
    const content = { infoHash: bytes(20), pieces: PIECES }
    await provider.ask('publishBare', content)
    const some = Math.min(left, IDLE_BUYERS * PURSES_EACH)
    await provider.ask('sellPurses', { ...content, buyers, count: some, idle: true })
  }
  return performance.now() - start
}

const bytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

async function redeem(
  { provider, claimant, urls, buyers, boxKey }: Scene,
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
  const times = await claimant.ask('send', { urls })
  await provider.ask('profile', false)
  const wanted = tokensEach * connections
  if (times.refused.length > 0 || times.tokens !== wanted) {
    throw new Error(`${times.tokens} of ${wanted} tokens redeemed; refused: ${times.refused[0]}`)
  }
  return times
}

function add(
  outcome: Outcome,
  { store, processes, batch, purchases }: Setting & { batch: number },
  { ms, latencies, tokens }: ClaimTimes
): void {
  const figures = {
    tokensPerSecond: Math.round((tokens * 1000) / ms),
    p99Ms: round(percentile(latencies, 0.99), 1)
  }
  outcome.results.push({ store, processes, batch, purchases, ...figures })
  const perSecond = Math.round((latencies.length * 1000) / ms)
  outcome.notes.push(
    `${store}, ${processes} process(es), ${purchases} purchases, batches of ${batch}: ${latencies.length} claims, ${perSecond} a second`
  )
}

function verdictOf(rows: Row[]): string {
  const large = rows.filter(({ batch }) => Number(batch) >= TARGET_BATCH)
  if (large.length === 0) return `The target (${TARGET} tokens a second) is for batches of 1000.`
  const kinds = new Set(large.map(({ store, processes }) => `${store}, ${processes} process(es)`))
  const said = [...kinds].map((kind) => {
    const rates = large
      .filter(({ store, processes }) => `${store}, ${processes} process(es)` === kind)
      .map(({ tokensPerSecond }) => Number(tokensPerSecond))
    const worst = Math.min(...rates)
    const flat = round(worst / Math.max(...rates), 2)
    const met = worst >= TARGET ? 'met' : 'missed'
    return `${kind}: ${met}, ${worst} at worst, ${flat} of the best, whatever the ledger holds.`
  })
  return [`Target of ${TARGET} tokens a second in batches of 1000.`, ...said].join('\n')
}
