/** The order in which pieces are wanted: selections, streams, what a stream waits for, rarity, chance. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fc from 'fast-check'
import { Availability } from '../../../plugins/floodgate-wire/src/engine/availability.ts'
import { orderPieces, type OrderFacts } from '../../../plugins/floodgate-wire/src/engine/order.ts'
import { closeAll, connect, content, done, KIB, leecher, MIB, seeder } from './swarm.ts'

const normal = (from: number, to: number, priority = 0) => ({
  from,
  to,
  priority,
  isStreamSelection: false
})
const stream = (from: number, to: number, priority = 1) => ({
  from,
  to,
  priority,
  isStreamSelection: true
})

function order(facts: Partial<OrderFacts>): number[] {
  const pieces = facts.pieces ?? 6
  return [
    ...orderPieces({
      pieces,
      selections: [normal(0, pieces - 1)],
      have: () => false,
      critical: () => false,
      availability: new Uint16Array(pieces),
      random: () => 0.999,
      ...facts
    })
  ]
}

describe('order of pieces', () => {
  const table: [name: string, facts: Partial<OrderFacts>, expected: number[]][] = [
    ['rarest first', { availability: [3, 1, 2, 0, 5, 4] }, [3, 1, 2, 0, 5, 4]],
    ['nothing that is here', { have: (index) => index % 2 === 0 }, [1, 3, 5]],
    ['nothing that is not selected', { selections: [normal(1, 2), normal(4, 4)] }, [1, 2, 4]],
    ['nothing selected', { selections: [] }, []],
    ['higher priority first', { selections: [normal(4, 5, 2), normal(0, 1, 1)] }, [4, 5, 0, 1]],
    [
      'streams in order, before the rest',
      { selections: [stream(2, 4), normal(0, 5)], availability: [1, 0, 9, 8, 7, 2] },
      [2, 3, 4, 1, 0, 5]
    ],
    [
      'streams first within a priority',
      { selections: [normal(0, 1, 1), stream(3, 4)] },
      [3, 4, 0, 1]
    ],
    [
      'what a stream waits for before all',
      { selections: [normal(0, 5, 5), stream(2, 4)], critical: (index) => index === 3 },
      [3, 0, 1, 2, 4, 5]
    ],
    [
      'nothing critical that is not selected',
      { selections: [normal(0, 1)], critical: (index) => index === 5 },
      [0, 1]
    ],
    ['selections longer than the torrent', { selections: [normal(4, 99)] }, [4, 5]]
  ]
  for (const [name, facts, expected] of table) {
    it(name, () => assert.deepEqual(order(facts), expected))
  }

  it('breaks ties by chance: every piece comes first about equally often', () => {
    const firsts = new Array<number>(6).fill(0)
    for (let run = 0; run < 6000; run++) firsts[order({ random: Math.random })[0]!]!++
    for (const count of firsts) assert.ok(count > 800 && count < 1200, `${firsts}`)
  })

  it('holds every wanted piece once, rarer ones never later', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }), (availability) => {
        const found = order({ pieces: availability.length, availability, random: Math.random })
        assert.deepEqual(
          [...found].sort((a, b) => a - b),
          availability.map((_, index) => index)
        )
        const rarities = found.map((index) => availability[index]!)
        assert.deepEqual(
          rarities,
          [...rarities].sort((a, b) => a - b)
        )
      })
    )
  })

  it('availability leaves out peers that have everything, and counts anew when told to', () => {
    const wire = (buffer: number[]) =>
      ({ peerPieces: { buffer: Uint8Array.from(buffer) } }) as never
    const availability = new Availability(10)
    availability.recount([wire([0b10100000, 0b01000000]), wire([]), wire([0b10000000, 0])])
    availability.add(1)
    assert.deepEqual([...availability.counts], [2, 1, 1, 0, 0, 0, 0, 0, 0, 1])
    availability.forget()
    availability.recount([])
    assert.equal(
      availability.counts.reduce((all, one) => all + one, 0),
      0
    )
  })
})

describe('order on the wire', () => {
  afterEach(closeAll)

  it('fetches selected files only', async () => {
    const made = await content({ files: [256 * KIB, 256 * KIB, 256 * KIB] })
    const seed = await seeder(made)
    const leech = await leecher(made, { torrent: { deselect: true } })
    connect(leech, seed)
    const file = leech.torrent.files[1]!
    file.select()
    await once(file as never, 'done')
    assert.deepEqual(leech.trades.flatMap((trade) => trade.got).sort(), [4, 5, 6, 7])
    assert.deepEqual(
      leech.trades.flatMap((trade) => [...trade.bound]),
      []
    )
    leech.torrent.files[0]!.select()
    await once(leech.torrent.files[0] as never, 'done')
    assert.equal(leech.trades[0]!.got.length, 8)
  })

  it('streams from where the reader is, in order', async () => {
    const made = await content({ bytes: 2 * MIB })
    const seed = await seeder(made)
    const leech = await leecher(made, { torrent: { deselect: true }, trade: { limit: 1 } })
    const read = (async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of leech.torrent.files[0]!.createReadStream({ start: MIB }))
        chunks.push(chunk)
      return Buffer.concat(chunks)
    })()
    connect(leech, seed)
    assert.ok((await read).equals(made.data.subarray(MIB)))
    const got = leech.trades[0]!.got
    assert.deepEqual(
      got,
      [...got].sort((a, b) => a - b)
    )
    assert.equal(got[0], 16)
  })

  it('a file picked while others run comes before them', async () => {
    const made = await content({ files: [4 * MIB, 256 * KIB] })
    const seed = await seeder(made, { trade: { limit: 1 } })
    const leech = await leecher(made, { trade: { limit: 1 } })
    connect(leech, seed)
    await once(leech.torrent as never, 'verified')
    leech.torrent.files[1]!.select(9)
    await done(leech)
    const { got } = leech.trades[0]!
    assert.equal(got.length, 68)
    assert.ok(got.at(-1)! < 64, `the last piece is ${got.at(-1)}, of the file that was picked`)
  })
})
