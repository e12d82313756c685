// The pool that Kubernetes runs: it passes the suite for pools, with the official client against a server that speaks the
// API's own objects; and what that server refuses is repeated where it asks for it, and told where it does not.

import assert from 'node:assert/strict'
import { rosteredPool, seederRoster, type SeederPool, type SeederRoster } from '@floodgate/qos'
import { kubernetesPool, type KubernetesPoolOptions } from '@floodgate/qos/kubernetes'
import { FakeCluster } from './fake-cluster.ts'
import { expectFields } from './kubernetes-fields.ts'
import { poolCompliance } from './pool-compliance.ts'
import { decisionOf } from './samples.ts'

/** What each pod of a Deployment is told, once all have reported twice. */
function told(roster: SeederRoster, deployment: string, replicas: number, only?: string): number[] {
  const pods = Array.from({ length: replicas }, (_, i) => `${deployment}-${i}`)
  const ask = (): number[] =>
    pods.map((id) => roster.report({ id, only, time: Date.now() })).map(({ rate }) => rate)
  ask()
  return ask()
}

for (const deployment of ['seeder-{content}', 'seeders']) {
  poolCompliance(`kubernetesPool of ${deployment}`, async () => {
    const cluster = await FakeCluster.start({ makesAll: true })
    const roster = seederRoster()
    const { kubeconfig } = cluster
    const pool = kubernetesPool({ deployment, kubeconfig, rateMax: '1 Gbit/s' })
    const isShared = deployment === 'seeders'
    return {
      pool: rosteredPool(pool, roster),
      rates(content) {
        const name = deployment.replace('{content}', content)
        if (!isShared) {
          // Those that were retired say so.
          for (let i = cluster.replicas(name); i < 8; i++) leave(roster, `${name}-${i}`)
          return told(roster, name, cluster.replicas(name), content)
        }
        return sharedRates(roster, cluster.replicas(name), content)
      },
      changes: () => cluster.writes,
      clean: () => cluster.close()
    }
  })
}

const leave = (roster: SeederRoster, id: string): unknown =>
  roster.report({ id, isLeaving: true, time: Date.now() })

/** Of pods that seed anything, those of one content. */
function sharedRates(roster: SeederRoster, replicas: number, content: string): number[] {
  for (let i = replicas; i < 8; i++) leave(roster, `pod-${i}`)
  const ask = () =>
    Array.from({ length: replicas }, (_, i) =>
      roster.report({ id: `pod-${i}`, time: Date.now() })
    ).filter((order) => order.content === content)
  ask()
  ask()
  return ask().map(({ rate }) => rate)
}

describe('qos: kubernetesPool', () => {
  let cluster: FakeCluster
  let time = 0
  let waits: number[] = []
  beforeEach(async () => {
    cluster = await FakeCluster.start()
    cluster.add('seeders')
    time = 0
    waits = []
  })
  afterEach(() => cluster.close())

  /** Waiting takes no time, and is counted. */
  const poolOf = (options: Partial<KubernetesPoolOptions> = {}): SeederPool =>
    kubernetesPool({
      ...{ deployment: 'seeders', kubeconfig: cluster.kubeconfig, rateMax: '1 MB/s' },
      now: () => time,
      async wait(ms) {
        waits.push(ms)
        time += ms
      },
      ...options
    })
  const seeding = (seeders: number) => decisionOf({ seeders, rate: seeders * 1000 })

  it('speaks the API server’s own objects, field by field', async () => {
    const pool = poolOf()
    cluster.faults.push({ code: 429, reason: 'TooManyRequests', retryAfter: 1, inDetails: true })
    await pool.apply('film', seeding(2))
    await pool.apply('game', seeding(1))
    await pool.close()
    assert.deepEqual(cluster.log, [
      ...['GET 429', 'GET 200', 'PUT 200', 'GET 200', 'PUT 200', 'GET 200', 'PUT 200']
    ])
    assert.equal(cluster.objects.length, 10)
    for (const { type, object } of cluster.objects) expectFields(object, type)
    const put = cluster.objects.find(({ object }) => !('status' in (object as object)))
    const { kind, apiVersion } = put!.object as Record<string, string>
    assert.deepEqual([kind, apiVersion], ['Scale', 'autoscaling/v1'])
    assert.throws(() => expectFields({ spec: { replica: 1 } }, 'V1Scale'), /spec.replica/)
    assert.throws(() => expectFields({ spec: { replicas: '1' } }, 'V1Scale'), /replicas/)
  })

  it('reads again when somebody else wrote in between, and gives up after five times', async () => {
    let others = 2
    cluster.beforeWrite = (one) => void (others-- > 0 && one.version++)
    const pool = poolOf()
    await pool.apply('film', seeding(3))
    assert.equal(cluster.replicas('seeders'), 3)
    assert.deepEqual(
      cluster.log.filter((line) => line.startsWith('PUT')),
      ['PUT 409', 'PUT 409', 'PUT 200']
    )
    others = Infinity
    await assert.rejects(pool.apply('film', seeding(1)), {
      code: 'unreachable',
      message: /cdn\/seeders: 409 Operation cannot be fulfilled/
    })
    assert.deepEqual([cluster.writes, waits], [8, []])
  })

  it('waits as long as it is told to, and no longer than a step', async () => {
    const pool = poolOf()
    cluster.faults.push(
      { code: 429, reason: 'TooManyRequests', retryAfter: 2 },
      { code: 500, reason: 'InternalError', retryAfter: 3, inDetails: true },
      { code: 429, reason: 'TooManyRequests' }
    )
    await pool.apply('film', seeding(1))
    assert.deepEqual([waits, cluster.replicas('seeders')], [[2000, 3000, 1000], 1])
    cluster.faults.push({ code: 503, reason: 'ServiceUnavailable', retryAfter: 60 })
    await assert.rejects(pool.apply('film', seeding(2)), { code: 'unreachable' })
    assert.equal(waits.length, 3)
  })

  const REFUSALS = [
    [{ code: 401, reason: 'Unauthorized' }, 'not-allowed', /seeders: 401/],
    [
      { code: 403, reason: 'Forbidden', message: 'provider cannot get resource' },
      'not-allowed',
      /403 provider cannot/
    ],
    [{ code: 500, reason: 'InternalError' }, 'unreachable', /500 InternalError/],
    ['cut', 'unreachable', /seeders: /],
    ['silence', 'unreachable', /seeders: .*timeout/]
  ] as const
  for (const [fault, code, message] of REFUSALS) {
    const said = typeof fault === 'string' ? fault : fault.code
    it(`says ${code} at ${said}, and makes it true at the next decision`, async () => {
      const pool = poolOf({ answerMs: 200 })
      cluster.faults.push(fault)
      await assert.rejects(pool.apply('film', seeding(2)), { code, message })
      await pool.apply('film', seeding(2))
      assert.deepEqual([cluster.replicas('seeders'), waits], [2, []])
    })
  }

  it('knows that a write came true whose answer was lost', async () => {
    const pool = poolOf({ answerMs: 200 })
    cluster.faults.push(undefined, 'lost')
    await assert.rejects(pool.apply('film', seeding(2)), { code: 'unreachable' })
    assert.equal(cluster.replicas('seeders'), 2)
    await pool.apply('film', seeding(2))
    assert.deepEqual(cluster.log, ['GET 200', 'GET 200'])
  })

  it('names a Deployment that is not there, unless nobody is wanted of it', async () => {
    const pool = poolOf({ deployment: 'seeder-{content}' })
    await pool.apply('film', seeding(0))
    await assert.rejects(pool.apply('film', seeding(1)), {
      code: 'bad-option',
      message: /cdn\/seeder-film: 404 deployments.apps "seeder-film" not found/
    })
  })

  it('retires what an earlier provider left, and looks again after a while', async () => {
    cluster.add('seeders', 5)
    const pool = poolOf()
    await pool.apply('film', seeding(0))
    assert.equal(cluster.replicas('seeders'), 0)
    cluster.add('seeders', 4) // by hand
    await pool.apply('film', seeding(0))
    assert.equal(cluster.replicas('seeders'), 4)
    time += 60_000
    await pool.apply('film', seeding(0))
    assert.equal(cluster.replicas('seeders'), 0)
  })

  it('starts no more of one content than it may', async () => {
    const pool = poolOf({ seedersMax: 2 })
    await Promise.all([pool.apply('film', seeding(9)), pool.apply('game', seeding(1))])
    assert.equal(cluster.replicas('seeders'), 3)
  })

  it('refuses names, rates and clusters that are none', () => {
    for (const options of [
      { deployment: 'Seeders' },
      { deployment: `${'x'.repeat(30)}-{content}` },
      { rateMax: 'fast' },
      { seedersMax: 0 },
      { kubeconfig: '/nowhere' }
    ]) {
      assert.throws(() => poolOf(options), { code: 'bad-option' })
    }
  })
})
