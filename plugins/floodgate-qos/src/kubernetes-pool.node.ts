/**
 * @packageDocumentation
 * A pool of seeders that Kubernetes runs: decisions become replicas of a Deployment, through its scale subresource. It says
 * how many; what each of them seeds and how fast it is told by its provider, where it reports (`seederRoster`).
 *
 * Needs `@kubernetes/client-node` beside it, which nobody else has to install.
 */

import { FloodgateError } from '@floodgate/protocol'
import { parseRate } from './amounts.ts'
import { wait as waitByTimer } from './clock.ts'
import { openCluster, setReplicas, type Cluster } from './deployment-scale.node.ts'
import { latestOnly } from './latest-only.ts'
import { positive } from './options.ts'
import type { SeederPool } from './pool.ts'

export interface KubernetesPoolOptions {
  /**
   * Name of the Deployment. One for all contents, whose seeders are told by their provider what to seed; or, with
   * `{content}` in it, one for each.
   */
  deployment: string
  /** Without it, that of the kubeconfig's context or of our own pod. */
  namespace?: string | undefined
  /** A file; without it we look where kubectl does, and then for the pod's service account. */
  kubeconfig?: string | undefined
  /** What all seeders there can give. */
  rateMax: string
  /** Of one content; 16 unless said otherwise. */
  seedersMax?: number | undefined
  /** What did not change is looked at again after so long, for who scaled it by hand; 60,000 unless said otherwise. */
  repeatMs?: number
  /** For one answer of the API server; 5,000 unless said otherwise. */
  answerMs?: number
  now?: () => number
  wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

const SEEDERS_MAX = 16
/** Less than a step of `startSeeding` may take. */
const ALL_MS = 25_000
/** A DNS label (RFC 1123), as names of Deployments have to be. */
const NAME = /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/
const CONTENT = '{content}'

/** @throws FloodgateError `bad-option`: a name or the rate is malformed, or there is no cluster */
export function kubernetesPool(options: KubernetesPoolOptions): SeederPool {
  const { deployment, now = Date.now, wait = waitByTimer, repeatMs = 60_000 } = options
  checkName(deployment)
  const seedersMax = positive(options.seedersMax ?? SEEDERS_MAX, 'seedersMax')
  const rateMax = parseRate(options.rateMax, 'rateMax')
  const cluster: Cluster = openCluster(options.kubeconfig, options.namespace)
  const waits = { answerMs: options.answerMs ?? 5000, allMs: ALL_MS, now, wait }
  /** What is wanted of each content, and what a Deployment was seen to have. */
  const wanted = new Map<string, number>()
  const seen = new Map<string, { replicas: number; at: number }>()
  let closed = false

  const nameOf = (content: string): string => deployment.replace(CONTENT, content)
  const replicasOf = (name: string): number =>
    [...wanted].reduce((all, [content, n]) => (nameOf(content) === name ? all + n : all), 0)

  const level = latestOnly<undefined>(async (name) => {
    const before = seen.get(name)
    const isFresh = before !== undefined && now() - before.at < repeatMs
    if (isFresh && before.replicas === replicasOf(name)) return
    seen.delete(name) // unknown until it is answered
    const replicas = await setReplicas(cluster, name, () => replicasOf(name), waits)
    seen.set(name, { replicas: replicas ?? 0, at: now() })
  })

  return {
    rateMax,
    async apply(content, { seeders }) {
      if (closed) throw new FloodgateError('bad-option', 'pool: it is closed')
      wanted.set(content, Math.min(seeders, seedersMax))
      await level(nameOf(content), undefined)
    },
    async close() {
      closed = true
      const names = new Set([...wanted.keys()].map(nameOf))
      wanted.clear()
      await Promise.all([...names].map((name) => level(name, undefined)))
    }
  }
}

function checkName(deployment: string): void {
  // As long as an info hash.
  if (NAME.test(deployment.replace(CONTENT, '0'.repeat(40)))) return
  throw new FloodgateError(
    'bad-option',
    `deployment: ${JSON.stringify(deployment)} is no name of one`
  )
}
