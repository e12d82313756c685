// What announces and counters say of swarms: who leeches, how fast, and what of it peers gave. Pure, and over real sockets.

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { measure } from '../../../hosts/src/qos/measure.ts'
import { Reports } from '../../../hosts/src/qos/reports.ts'
import { SentBytes } from '../../../hosts/src/qos/sent-bytes.ts'
import { rowOf, type Row } from '../../../hosts/src/qos/row.ts'
import { swarmSource } from '../../../hosts/src/qos/source.ts'
import { TestPeer, done } from '../../support/peer.ts'
import { QosShop } from './shop.ts'

const noteOf = (peer: string, left: number, time: number, isLeaving = false) => ({
  ...{ infoHash: 'film', peer, left, time, isLeaving },
  ...(peer !== 'stock' && { again: 15 })
})

describe('hosts qos: reports', () => {
  const said = (...notes: [peer: string, left: number, time: number, isLeaving?: boolean][]) => {
    const reports = new Reports()
    for (const note of notes) reports.note(noteOf(...note))
    return reports
  }

  it('F78: a rate is what is missing less, from one announce to the next', () => {
    const { leechers, seeders } = said(['a', 1000, 0], ['b', 0, 0], ['a', 400, 2000]).swarm(
      'film',
      2000
    )
    assert.equal(seeders, 1)
    assert.deepEqual(
      leechers.map(({ id, got }) => [id, got]),
      [['a', { rate: 300, from: 0, until: 2000 }]]
    )
  })

  it('an announce by another road at the same moment changes nothing', () => {
    const reports = said(['a', 1000, 0], ['a', 400, 2000], ['a', 399, 2100], ['a', 100, 3000])
    assert.equal(reports.swarm('film', 3000).leechers[0]!.got!.rate, 300)
  })

  it('who had not looked at its files yet, or says nothing, has no rate', () => {
    const reports = said(['a', 1, 0], ['a', 1000, 2000], ['b', Infinity, 0], ['b', Infinity, 2000])
    assert.deepEqual(
      reports.swarm('film', 2000).leechers.map(({ got }) => got),
      [undefined, undefined]
    )
  })

  it('who leaves or misses three announces is gone; stock clients announce less often', () => {
    const reports = said(
      ...([
        ['a', 9, 0],
        ['b', 9, 0],
        ['c', 9, 30_000]
      ] as [string, number, number][]),
      ['stock', 9, 0],
      ['b', 9, 100, true]
    )
    const here = (now: number) => reports.swarm('film', now).leechers.map(({ id }) => id)
    assert.deepEqual(
      [here(45_000), here(45_001), here(99_000), here(1_800_001)],
      [['a', 'c', 'stock'], ['c', 'stock'], ['stock'], []]
    )
  })
})

describe('hosts qos: who got everything lately', () => {
  it('counts as long as its last report is of the time of the others', () => {
    const reports = new Reports()
    for (const [left, time] of [
      [1000, 0],
      [400, 2000],
      [0, 5000]
    ] as const) {
      reports.note(noteOf('a', left, time))
    }
    const { leechers, seeders, ended } = reports.swarm('film', 7999)
    assert.deepEqual([leechers, seeders], [[], 1])
    assert.deepEqual(ended, [{ rate: 400 / 3, from: 2000, until: 5000 }])
    assert.deepEqual(reports.swarm('film', 8000).ended, [])
  })
})

describe('hosts qos: measure', () => {
  const at = { content: 'film', time: 10_000, length: 1000, seeders: 1 }
  const report = (id: string, rate?: number) => ({
    ...{ id, since: 0, left: 250 },
    got: rate === undefined ? undefined : { rate, from: 0, until: 10_000 }
  })

  it('F79: what leechers get and we did not send, peers gave', () => {
    const sent = [
      { time: 0, bytes: 500 },
      { time: 5000, bytes: 3500 },
      { time: 10_000, bytes: 4500 }
    ]
    const sample = measure({
      ...at,
      sent,
      reports: [report('a', 600), report('b', 400), { ...report('c'), since: 10_000 }]
    })
    // 1000 a second in all, 400 of it ours: 600 by two leechers and a seeder.
    assert.deepEqual(
      sample.leechers.map(({ rate, uplink, share }) => [rate, uplink, share]),
      [
        [600, 200, 0.75],
        [400, 200, 0.75],
        [0, 0, 0.75]
      ]
    )
    assert.deepEqual([sample.seedersUplink, sample.copies], [200, 1])
  })

  it('what we sent to those who have everything since, or have not reported yet, was not for the others', () => {
    const sent = [
      { time: 0, bytes: 0 },
      { time: 10_000, bytes: 6000 }
    ]
    const givenIn = (more: object): number => {
      const reports = [report('a', 300), report('b', 300)]
      const { leechers, seedersUplink } = measure({ ...at, sent, reports, ...more })
      return Math.round(leechers.reduce((sum, { uplink }) => sum + uplink, seedersUplink))
    }
    assert.equal(givenIn({}), 0, '600 a second are ours')
    assert.equal(givenIn({ ended: [{ rate: 250, from: 0, until: 10_000 }] }), 250)
    const reports = [report('a', 300), report('b', 300), { ...report('c'), since: 5000 }]
    assert.equal(givenIn({ reports }), 120, 'c was there half of the time: a fifth of ours')
  })

  it('what we sent more than they report is not taken from anybody', () => {
    const sent = [
      { time: 0, bytes: 0 },
      { time: 10_000, bytes: 90_000 }
    ]
    const sample = measure({ ...at, sent, reports: [report('a', 600)] })
    assert.deepEqual([sample.leechers[0]!.uplink, sample.seedersUplink], [0, 0])
  })

  it('who boasts is counted with four times the median, so that others are not left without', () => {
    const reports = [report('a', 100), report('b', 100), report('liar', 1e12)]
    const { leechers, seedersUplink } = measure({ ...at, sent: [], reports })
    assert.equal(
      leechers.reduce((sum, { uplink }) => sum + uplink, seedersUplink),
      600
    )
  })
})

describe('hosts qos: samples of a running provider', function () {
  this.timeout(60_000)
  let shop: QosShop
  before(async () => {
    shop = await QosShop.open()
  })
  after(() => shop.close())

  it('W16: bytes sent are counted by day and way, and known after a restart', async () => {
    const day = 86_400_000
    const path = `${shop.home.sentBytes}.test`
    const first = await SentBytes.open(path)
    first.add('film', 'peers', 10, day - 1)
    first.add('film', 'http', 5, day)
    await first.save()
    const second = await SentBytes.open(path)
    assert.deepEqual(second.of('film', day), { all: 15, http: 5, today: 5 })
    assert.deepEqual(second.of('film', 2 * day), { all: 15, http: 5, today: 0 })
    assert.deepEqual(second.of('game', day), { all: 0, http: 0, today: 0 })
    await rm(path)
  })

  it('F78, F79: sees a leecher come, its rate, what we gave, and a seeder in the end', async () => {
    const film = await shop.sell('film.bin', 3_000_000)
    const reports = new Reports()
    const sent = await SentBytes.open(shop.home.sentBytes)
    shop.listeners.add(reports.note)
    sent.add(film.infoHash, 'peers', 1000, Date.now())
    const rows: Row[] = []
    const decision = { rate: 600_000, seeders: 1, webSeed: 'closed', reason: '' } as const
    const source = swarmSource({
      ...{ contents: async () => [film], reports, sent, origin: undefined },
      onSeen: (seen) => rows.push(rowOf(seen, { time: 0, decision }, 1e9))
    })
    const read = async () => (await source.read(AbortSignal.timeout(1000)))[0]!
    const pool = shop.pool({
      onSent: (infoHash, bytes) => sent.add(infoHash, 'peers', bytes, Date.now())
    })
    await pool.apply(film.infoHash, decision)
    const before = await read()
    assert.deepEqual([before.leechers, before.seeders, before.provider.all], [[], 0, 1000])
    const buyer = new TestPeer(await shop.provider.wallet(1000n))
    try {
      const torrent = buyer.add(film.torrent)
      let seen = await read()
      const moments = [seen]
      while (seen.seeders === 0) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        moments.push((seen = await read()))
      }
      await done(torrent)
      const rates = moments.flatMap(({ leechers }) => leechers.map(({ rate }) => rate))
      const most = Math.max(...rates)
      assert.ok(most > 300_000 && most < 1_500_000, `${most}`)
      assert.deepEqual([seen.leechers, seen.copies], [[], 1])
      assert.ok(seen.provider.all >= film.length && seen.provider.all < 1.2 * film.length)
      // What is shown is what was measured: a rate once it was told, and our bytes of this process.
      const rated = rows.filter((row) => row.rated > 0)
      assert.ok(rated.some(({ p50 }) => p50 === Math.round(most)))
      assert.ok(rated.every(({ leechers, belowTarget }) => leechers === 1 && belowTarget === 1))
      const fresh = rows.find(({ leechers, rated }) => leechers === 1 && rated === 0)
      assert.deepEqual([fresh?.p50, fresh?.belowTarget], [0, 0], 'nothing is known yet')
      assert.ok(rows.some(({ egress }) => egress > 300_000 && egress < 1_500_000))
      assert.equal(rows.at(-1)!.sentSinceStart, seen.provider.all - 1000)
      // All of it was ours: next to nothing is taken for given by peers.
      assert.ok(seen.fromPeers < film.length / 3, `${seen.fromPeers}`)
    } finally {
      await buyer.close()
      await pool.close()
    }
  })
})
