// Seeders elsewhere and their provider, without a network: what is counted, and that an order ends.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seederRoster } from '@floodgate/qos'
import type { Output } from '../../../hosts/src/output.ts'
import { farSeeders } from '../../../hosts/src/qos/far-seeders.ts'
import { Follower } from '../../../hosts/src/qos/follower.ts'
import { SentBytes } from '../../../hosts/src/qos/sent-bytes.ts'

const FILM = 'ab'.repeat(20)
const GAME = 'cd'.repeat(20)
const UID = '01'.repeat(16)
const nothing = (): void => undefined

describe('hosts qos: reports of seeders elsewhere', () => {
  it('F76, W16: what they sent is ours, and so are they; they are told what holds', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'floodgate-far-'))
    const sent = await SentBytes.open(join(dir, 'sent.json'))
    const roster = seederRoster()
    const ownSeeders = new Set<string>()
    const report = farSeeders({ roster, sent, ownSeeders, everyMs: 60_000, now: () => 1 })
    roster.decide(FILM, { seeders: 1, rate: 1000.7 })
    assert.deepEqual(report({ uid: UID, sent: [] }), {
      ...{ infoHash: FILM, rate: 1000, validMs: 15_000, againMs: 5000 }
    })
    assert.ok(ownSeeders.has(UID))
    const bytes = [
      { infoHash: FILM, bytes: 70 },
      { infoHash: GAME, bytes: 5 }
    ]
    const order = report({ uid: UID, sent: bytes, isLeaving: true })
    assert.deepEqual([order.infoHash, order.rate], [undefined, 0])
    assert.deepEqual([sent.of(FILM, 1).all, sent.of(GAME, 1).today], [70, 5])
    assert.equal(roster.count(FILM, 1), 0)
    await rm(dir, { recursive: true })
  })
})

describe('hosts qos: a seeder elsewhere', () => {
  /** What a seeder was told to do, and what it has. */
  function stubbed(missing = 0, checked = Promise.resolve()) {
    const done: string[] = []
    const seeded = new Set<string>()
    let silenced = nothing
    const silent = new Promise<void>((resolve) => (silenced = resolve))
    const seeder = {
      async seed({ infoHash }: { infoHash: string }) {
        done.push(`seed ${infoHash.slice(0, 2)}`)
        await checked
        assert.ok(!seeded.has(infoHash), 'a client takes a torrent once')
        seeded.add(infoHash)
        return { pieces: 4, missing }
      },
      has: (infoHash: string) => seeded.has(infoHash),
      forget(infoHash: string) {
        if (seeded.delete(infoHash)) done.push(`forget ${infoHash.slice(0, 2)}`)
      },
      setRate(rate: number) {
        done.push(`rate ${rate}`)
        if (rate === 0) silenced()
      }
    }
    const out: Output = {
      ...{ json: true, live: false, screen: process.stderr, say: nothing, tell: nothing },
      ...{ warn: nothing, fail: nothing }
    }
    return { done, seeded, silent, follower: new Follower({ seeder, contents: '/x', out }) }
  }
  const HOUR_MS = 3_600_000

  /** All that needs no event from outside has happened then. */
  const rested = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('F76: changes what is another, and nothing when the same is said again', async () => {
    const { done, follower } = stubbed()
    const film = { infoHash: FILM, rate: 500, validMs: HOUR_MS }
    follower.follow(film, Date.now())
    follower.follow(film, Date.now())
    follower.follow({ ...film, rate: 900 }, Date.now())
    await rested()
    follower.follow({ infoHash: GAME, rate: 900, validMs: HOUR_MS }, Date.now())
    await rested()
    follower.follow({ infoHash: undefined, rate: 0, validMs: HOUR_MS }, Date.now())
    follower.stop()
    assert.deepEqual(done, [
      ...['rate 500', 'rate 900', 'seed ab', 'forget ab', 'seed cd', 'forget cd', 'rate 0']
    ])
  })

  it('W16: seeds one content at a time, also when the order changes while one is checked', async () => {
    let ready = nothing
    const checked = new Promise<void>((resolve) => (ready = resolve))
    const { done, seeded, follower } = stubbed(0, checked)
    const order = async (infoHash: string): Promise<void> => {
      follower.follow({ infoHash, rate: 500, validMs: HOUR_MS }, Date.now())
      await rested()
    }
    for (const infoHash of [FILM, GAME, FILM, GAME]) await order(infoHash)
    assert.deepEqual(done, ['rate 500', 'seed ab'])
    ready()
    await rested()
    assert.deepEqual(done, ['rate 500', 'seed ab', 'forget ab', 'seed cd'])
    await order(FILM)
    assert.deepEqual([...seeded], [FILM])
    follower.stop()
    await Promise.race([follower.failed, rested()])
  })

  it('W16: gives nothing once what it was told is too old, counted from when it asked', async () => {
    const { done, silent, follower } = stubbed()
    follower.follow({ infoHash: FILM, rate: 500, validMs: 20 }, Date.now())
    await silent
    follower.follow({ infoHash: FILM, rate: 500, validMs: HOUR_MS }, Date.now())
    follower.follow({ infoHash: FILM, rate: 700, validMs: HOUR_MS }, Date.now() - 2 * HOUR_MS)
    while (done.at(-1) !== 'rate 0') await new Promise(setImmediate)
    assert.deepEqual(done, [...['rate 500', 'seed ab', 'rate 0', 'rate 500', 'rate 700', 'rate 0']])
    follower.stop()
  })

  it('fails when nothing of a content is here', async () => {
    const { follower } = stubbed(4)
    follower.follow({ infoHash: FILM, rate: 500, validMs: HOUR_MS }, Date.now())
    await assert.rejects(follower.failed, { code: 'no-source' })
    follower.stop()
  })
})
