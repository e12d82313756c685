// How many tokens a second the provider redeems: sealed and signed claims over HTTP, through API, verification and durable
// ledger. They are made beforehand, from vouchers of many buyers, and sent by another process over many connections.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ClaimantJobs, ClaimTimes } from './actors/claimant.ts'
import type { Stock } from './actors/ledger-stock.ts'
import type { ProviderJobs, StartWish, StoreKind } from './actors/provider.ts'
import type { StockerJobs } from './actors/stocker.ts'
import type { Actor } from './harness/actor.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { numbersOf, wordOf } from './harness/command.ts'
import { percentile, round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'

const PIECES = 1000
/** So many of a purse's tokens stand in one claim at most: a batch of 1,000 comes from ten buyers. */
const PER_PURSE = 100
const PURSES_MIN = 8
const TARGET = 100_000
const TARGET_BATCH = 1000

interface Scene {
  start: StartWish
  provider: Actor<ProviderJobs>
  /** More processes of the same provider. */
  others: Actor<ProviderJobs>[]
  urls: string[]
  claimant: Actor<ClaimantJobs>
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
    tokens: { value: 1_000_000, short: 200_000, says: 'tokens per batch size, at most' },
    auditMax: { value: 100_000, says: 'purchases up to which the books are audited afterwards' }
  },
  async run(stage, values) {
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    const stores = values.stores.split(',').map((word) => wordOf('stores', word, STORES))
    const stocks = new Map<number, Stock | undefined>()
    for (const purchases of numbersOf('purchases', values.purchases)) {
      stocks.set(purchases, await makeStock(stage, outcome, purchases))
    }
    for (const store of stores) {
      for (const [purchases, stock] of stocks) {
        await measure(stage, outcome, { store, purchases, stock }, values)
      }
    }
    // By what runs, then by what its ledger holds.
    const place = ({ store }: Row): number => stores.indexOf(store as StoreKind)
    outcome.results.sort(
      (one, other) =>
        place(one) - place(other) || Number(one['processes']) - Number(other['processes'])
    )
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

const STORES = ['sqlite', 'postgres', 'memory'] as const

interface Setting {
  store: StoreKind
  purchases: number
  stock: Stock | undefined
}
interface Amounts {
  batches: string
  processes: string
  claims: number
  tokens: number
  connections: number
  buyers: number
  auditMax: number
}

/** So many purchases that nobody claims from, in a ledger file; made once for all stores. */
async function makeStock(
  stage: Stage,
  outcome: Outcome,
  purchases: number
): Promise<Stock | undefined> {
  if (purchases === 0) return undefined
  const stocker = await stage.actor<StockerJobs>('stocker')
  const stock = {
    purchases,
    pieces: PIECES,
    path: join(await stage.newFolder('stock'), 'ledger.db')
  }
  const { seconds } = await timed(() => stocker.ask('make', stock))
  await stage.dismiss(stocker)
  say(
    stage,
    outcome,
    `${purchases} purchases of ${PIECES} pieces were made by the ledger's own commands, past HTTP, in ${seconds} s`
  )
  return stock
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const start = performance.now()
  const value = await work()
  return { value, seconds: round((performance.now() - start) / 1000, 1) }
}

function say(stage: Stage, outcome: Outcome, note: string): void {
  stage.say(note)
  outcome.notes.push(note)
}

/** One ledger; first one process on it, then more. */
async function measure(
  stage: Stage,
  outcome: Outcome,
  { store, purchases, stock }: Setting,
  values: Amounts
): Promise<void> {
  // A file has one process.
  const counts = store === 'postgres' ? numbersOf('processes', values.processes) : [1]
  const scene = await setUp(stage, outcome, { store, purchases, stock }, values)
  for (const processes of counts.sort((one, other) => one - other)) {
    await grow(stage, scene, processes)
    for (const batch of numbersOf('batches', values.batches)) {
      const count = Math.min(values.claims, Math.ceil(values.tokens / batch))
      const each = Math.max(1, Math.round(count / values.connections))
      const times = await redeem(scene, batch, each, values.connections)
      add(outcome, { store, processes, purchases, batch }, times)
      const where = `${store}, ${processes} process${processes > 1 ? 'es' : ''}`
      stage.say(`${where}, ${purchases} purchases, batches of ${batch}: done`)
    }
  }
  if (purchases <= values.auditMax) {
    outcome.notes.push(...(await scene.provider.ask('faults', undefined)))
  }
  await scene.provider.ask('close', undefined)
  await stage.dismiss(...scene.others, scene.provider, scene.claimant)
}

async function setUp(
  stage: Stage,
  outcome: Outcome,
  { store, purchases, stock }: Setting,
  { connections, buyers }: Amounts
): Promise<Scene> {
  const [provider, claimant] = await Promise.all([
    stage.actor<ProviderJobs>('provider'),
    stage.actor<ClaimantJobs>('claimant')
  ])
  const folder = await stage.newFolder('provider')
  const start = { store, folder, stock, intervalSeconds: 30, membersMax: 250 }
  const { value: seller, seconds } = await timed(() => provider.ask('start', start))
  if (stock !== undefined) {
    say(stage, outcome, `${purchases} purchases were put into ${store}, in ${seconds} s`)
    const log = await timed(() => provider.ask('signed', undefined))
    say(stage, outcome, `their postings were put into its log in ${log.seconds} s`)
  }
  const people = await claimant.ask('people', { seller, sellers: connections, buyers })
  await provider.ask('openAccounts', [...people.sellers, ...people.buyers])
  const boxKey = await provider.ask('boxKey', undefined)
  const uids = people.buyers.map(({ uid }) => uid)
  return { start, provider, others: [], urls: [seller.url], claimant, buyers: uids, boxKey }
}

/** Starts more processes of the same provider. */
async function grow(stage: Stage, scene: Scene, processes: number): Promise<void> {
  const like = await scene.provider.ask('identity', undefined)
  while (scene.urls.length < processes) {
    const other = await stage.actor<ProviderJobs>('provider')
    scene.others.push(other)
    scene.urls.push((await other.ask('start', { ...scene.start, like })).url)
  }
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
  {
    store,
    processes,
    batch,
    purchases
  }: Omit<Setting, 'stock'> & { processes: number; batch: number },
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
