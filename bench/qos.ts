// Quality of service with real clients: a provider and leechers on lines of their own, a flash crowd and a second wave. What
// does a promise cost, kept by each policy, and what without one?

import type { QosPeerJobs } from './actors/qos-peer.ts'
import type { QosProviderJobs } from './actors/qos-provider.ts'
import { defineBench, type Outcome, type Values } from './harness/bench.ts'
import { UsageError, wordOf } from './harness/command.ts'
import { KIB, round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'
import { crowdOf } from './qos/crowd.ts'
import { GROUNDS, findGround, type Ground } from './qos/ground.ts'
import { MODES, trialsOf, type Trial } from './qos/modes.ts'
import { bestOf, boundOf, resultOf, rowOf, type Result } from './qos/report.ts'
import { runOnce, type Ran, type Scene } from './qos/run.ts'
import { verdictOf } from './qos/verdict.ts'

const options = {
  modes: { value: MODES.join(','), short: 'httpOnly,targetRate', says: 'what is compared' },
  payments: { value: 'on,off', short: 'on', says: 'with payments, and without' },
  repeats: { value: 5, short: 1, says: 'runs of each' },
  leechers: { value: 24, short: 6, says: 'leechers, a fifth of which give nothing' },
  kib: { value: 3072, short: 768, says: 'size of a content in KiB' },
  target: { value: 80, says: 'promised to each leecher, kB/s' },
  second: { value: 0.55, says: 'second wave, as a share of the time a download may take' },
  sweep: { value: '0.3,0.45,0.6', says: 'fixed rates, as shares of what all are promised' },
  loss: { value: 0.5, says: 'percent of packets lost, by nft' },
  delay: { value: 40, says: 'of the slowest line, one way, in ms; the others have less' },
  pieces: { value: 32, says: 'piece length in KiB' },
  conns: { value: 6, says: 'connections of a leecher' },
  every: { value: 1, says: 'seconds from decision to decision' },
  report: { value: 3, says: 'seconds from report to report of a leecher' },
  again: { value: 1, short: 0, says: 'one more run where other work disturbed one' },
  ground: { value: 'auto', says: `where: ${GROUNDS.join(' or ')}` },
  turns: {
    value: 'on',
    says: 'leechers and the pool send in turns: on, or off as they do unless asked'
  },
  explain: { value: false, says: 'tells every decision' }
}
/** A run is disturbed when the provider waits for a processor for more of its time. */
const LATE_MAX = 0.1

type Wish = Values<typeof options>

export const qos = defineBench({
  name: 'qos',
  line: 'the promised rate and what it costs the provider, real clients on limited lines',
  columns: [
    ...['mode', 'payments', 'p50Seconds', 'p95Seconds', 'startupP95Seconds'],
    ...['belowTarget', 'egressBytes', 'offload', 'loss', 'delayMs', 'turns']
  ],
  options,
  async run(stage, wish) {
    const scene = await openScene(stage, wish)
    const cases = casesOf(wish, scene)
    for (let repeat = 0; repeat < wish.repeats; repeat++) {
      // In turns, so that whatever else happens on the machine happens to all alike.
      for (let at = 0; at < cases.length; at++) {
        await measure(scene, cases[(at + repeat) % cases.length]!)
      }
    }
    return report(scene, cases)
  }
})

/** A way that is measured, with or without payments. */
interface Case {
  trial: Trial
  payments: boolean
  runs: Ran[]
}

async function openScene(stage: Stage, wish: Wish): Promise<Scene & { ground: Ground }> {
  const crowd = crowdOf({
    ...{ leechers: wish.leechers, second: wish.second },
    ...{ length: wish.kib * KIB, target: wish.target * 1000, delayMs: wish.delay }
  })
  const ground = await findGround(stage, {
    ground: wordOf('ground', wish.ground, GROUNDS),
    ...{ loss: wish.loss / 100, delayMs: wish.delay }
  })
  stage.say(`on ${ground.says}`)
  const provider = await ground.place<QosProviderJobs>('qos-provider', crowd.line)
  const reportMs = wish.report * 1000
  const { address, listenOn } = provider
  const folder = await stage.newFolder('provider')
  const seller = await provider.actor.ask('start', { address, listenOn, folder, reportMs })
  const peers: Scene['peers'][number][] = []
  for (const leecher of crowd.leechers) {
    peers.push(await ground.place<QosPeerJobs>('qos-peer', leecher.line))
  }
  return {
    ...{ stage, crowd, provider, peers, seller, reportMs, ground },
    ...{
      pieceLength: wish.pieces * KIB,
      maxConns: wish.conns,
      explain: wish.explain,
      turns: wordOf('turns', wish.turns, ['on', 'off']) === 'on',
      again: wish.again
    },
    everyMs: wish.every * 1000
  }
}

function casesOf(wish: Wish, { crowd }: Scene): Case[] {
  const sweep = wish.sweep.split(',').map(Number)
  if (!sweep.every((share) => share > 0)) throw new UsageError('--sweep wants shares above 0')
  const figures = { ...crowd, leechers: wish.leechers, sweep }
  const modes = wish.modes.split(',').map((mode) => wordOf('modes', mode, MODES))
  const trials = modes.flatMap((mode) => trialsOf(mode, figures))
  const paid = wish.payments.split(',').map((one) => wordOf('payments', one, ['on', 'off']))
  return trials.flatMap((trial) =>
    // Nobody pays a peer where there are none.
    trial.way === undefined
      ? [{ trial, payments: false, runs: [] }]
      : paid.map((one) => ({ trial, payments: one === 'on', runs: [] }))
  )
}

/** One run; another one if other work on the machine disturbed it: all of this happens in real time. */
async function calmest(scene: Scene, trial: Trial, payments: boolean): Promise<Ran> {
  const ran = await runOnce(scene, trial, payments)
  if (ran.late <= LATE_MAX || scene.again === 0) return ran
  scene.stage.say(`disturbed, ${percent(ran.late)} of its time waiting for a processor: once more`)
  const second = await runOnce(scene, trial, payments)
  return second.late < ran.late ? second : ran
}

async function measure(scene: Scene, { trial, payments, runs }: Case): Promise<void> {
  const { stage, crowd } = scene
  const began = performance.now()
  const ran = await calmest(scene, trial, payments)
  runs.push(ran)
  const one = resultOf(trial, payments, [ran], crowd)
  stage.say(
    `${sayOf(one)} (${round((performance.now() - began) / 1000)} s, ${percent(ran.late)} waiting)`
  )
  for (const warning of new Set(ran.warnings)) stage.say(`  ${warning}`)
}

const percent = (share: number): string => `${round(share * 100)} %`

const sayOf = ({ trial, payments, p50, p95, startupP95, belowTarget, egress }: Result): string =>
  `${[trial.mode, trial.detail].join(' ').trim()}${payments ? ', paid' : ''}: p50 ${round(p50, 1)} s, ` +
  `p95 ${round(p95, 1)} s, start-up ${round(startupP95, 1)} s, ` +
  `${round(belowTarget, 3)} below target, egress ${round(egress / 1e6, 1)} MB`

function disturbedOf(cases: readonly Case[]): string {
  const all = cases.flatMap(({ runs }) => runs)
  const disturbed = all.filter(({ late }) => late > LATE_MAX)
  return `${disturbed.length} of ${all.length} runs were disturbed by other work on this machine`
}

async function report(
  { crowd, ground, turns }: Scene & { ground: Ground },
  cases: Case[]
): Promise<Outcome> {
  const results = cases.map(({ trial, payments, runs }) => resultOf(trial, payments, runs, crowd))
  const isFixed = ({ trial }: Result): boolean => trial.mode === 'bestFixed'
  const best = [true, false].flatMap(
    (paid) => bestOf(results.filter((one) => isFixed(one) && one.payments === paid)) ?? []
  )
  const shown = results.filter((one) => !isFixed(one) || best.includes(one))
  const { packets, lost } = await ground.lost()
  return {
    results: [boundOf(crowd), ...shown.map((one) => rowOf(one, ground.weather, turns))],
    notes: [
      `on ${ground.says}`,
      ...(packets > 0 ? [`${lost} of ${packets} packets were lost`] : []),
      disturbedOf(cases),
      ...results.filter(isFixed).map((one) => `swept: ${sayOf(one)}`)
    ],
    verdict: verdictOf(shown)
  }
}
