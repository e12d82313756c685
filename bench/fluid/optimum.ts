// The clairvoyant optimum: no provider, even one that knows all arrivals and commands every peer, sends fewer bytes. It is the
// fluid bound of Kumar and Ross (T ≥ max(F/u_s, F/d_min, N·F/(u_s + Σu_i))), taken second by second.
//
// Who arrives at a, with downlink d, is promised r = min(r*, d) from a + A on (A: the allowance). So it has, at second t, at least
//   D_i(t) = min(F, r · max(0, t − a − A)), and at most E_i(t) = min(F, d · max(0, t − a)),
// and is done by e = a + A + F/r at the latest, however it was served; then it seeds for s seconds at the most as planned. So the
// peers' uplinks together are never more than U(t) = Σ u_i over a ≤ t < e + s, and nothing goes from a peer to itself: with one
// leecher there, only seeders give. Let S(t) and P(t) be what provider and peers have sent in all:
//   D(t) ≤ S(t) + P(t) ≤ E(t), dP/dt ≤ U(t), and S(t) ≥ S(t₀) + min(F, r · (t − a₀ − A)) since t₀, when the swarm was last empty:
// everything that its first leecher a₀ has came from the provider once. The least S: peers give as early as possible, the
// provider as late as possible. Sending earlier than that only takes room below E from the peers, so no other order sends
// less. The swarm counts as empty when nobody is there even if all stay as long as they may.
//
// It is a bound and not a plan: that a leecher's surplus cannot be another's, it forgets; that who is early leaves early, too.

import type { Person } from './population.ts'

export interface Promised {
  /** Bytes of the content. */
  length: number
  /** Bytes per second. */
  rate: number
  allowanceS: number
}

/** Bytes that the provider sends at the least. */
export function optimum(people: readonly Person[], promised: Promised): number {
  const spans = people.map((person) => spanOf(person, promised))
  const end = Math.max(...spans.map(({ gone }) => gone)) + 1
  const uplinks = new Float64Array(end + 1)
  const leeching = new Float64Array(end + 1)
  const present = new Float64Array(end + 1)
  const seedersUplinks = new Float64Array(end + 1)
  const least = new Float64Array(end + 1)
  const most = new Float64Array(end + 1)
  people.forEach(({ arrival, uplink }, i) => {
    const { due, done, gone, rate, downlink } = spans[i]!
    addStep(present, arrival, gone, 1)
    addStep(leeching, arrival, done, 1)
    addStep(uplinks, arrival, gone, uplink)
    addStep(seedersUplinks, done, gone, uplink)
    addStep(least, due, done, rate)
    addStep(most, arrival, Math.ceil(arrival + promised.length / downlink), downlink)
  })
  const firstRates = new Map<number, number>()
  for (const { from, rate } of spans) {
    firstRates.set(from, Math.min(rate, firstRates.get(from) ?? Infinity))
  }
  for (const series of [uplinks, leeching, present, seedersUplinks, least, most]) accumulate(series)
  return leastSent(
    { uplinks, leeching, present, seedersUplinks, least, most, firstRates },
    promised
  )
}

interface Series {
  uplinks: Float64Array
  leeching: Float64Array
  present: Float64Array
  seedersUplinks: Float64Array
  /** Bytes per second that are due, and that could be taken. */
  least: Float64Array
  most: Float64Array
  /** What is promised to who comes in a second, by second. */
  firstRates: ReadonlyMap<number, number>
}

function leastSent(series: Series, { length, allowanceS }: Promised): number {
  let [sent, given, due, room] = [0, 0, 0, 0]
  let [sentBefore, began] = [0, 0]
  for (let second = 0; second < series.present.length; second++) {
    if (second > 0 && series.present[second]! > 0 && series.present[second - 1] === 0) {
      ;[sentBefore, began] = [sent, second]
    }
    due += series.least[second]!
    room += series.most[second]!
    const rate = series.firstRates.get(began) ?? 0
    const fresh = Math.min(length, rate * Math.max(0, second + 1 - began - allowanceS))
    if (series.present[second]! > 0) sent = Math.max(sent, sentBefore + fresh)
    const alone = series.leeching[second]! <= 1
    const uplink = alone ? series.seedersUplinks[second]! : series.uplinks[second]!
    given += Math.max(0, Math.min(uplink, room - sent - given))
    sent += Math.max(0, due - sent - given)
  }
  return sent
}

/** When it is due, done and gone at the latest, in whole seconds that favour the bound. */
function spanOf({ arrival, downlink, staysS }: Person, promised: Promised) {
  const rate = Math.min(promised.rate, downlink)
  const due = arrival + promised.allowanceS
  const done = due + Math.floor(promised.length / rate)
  return { from: arrival, due, done, gone: Math.ceil(done + 1 + staysS), rate, downlink }
}

/** Adds `height` from one second to before another, as differences. */
function addStep(series: Float64Array, from: number, until: number, height: number): void {
  series[from]! += height
  series[Math.min(until, series.length - 1)]! -= height
}

function accumulate(series: Float64Array): void {
  for (let i = 1; i < series.length; i++) series[i]! += series[i - 1]!
}
