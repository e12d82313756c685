// Views of a swarm: who asks again and again is shown the same members (D15), and nobody is left out.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { compactOf, Roster } from '../../../tracker-extension/src/guard/roster.ts'
import type { SwarmPeer } from '../../../tracker-extension/src/attach/server.ts'

const MEMBERS = 1000
const SHOWN = 50
const NOBODY = { place: '', peerId: '' }

const keyOf = (asker: string): Uint8Array =>
  createHash('sha256').update(asker).digest().subarray(0, 16)
const peerAt = (number: number, complete = false): SwarmPeer => ({
  ...{ type: 'http', complete, peerId: `peer ${number}`, port: 1000 + (number % 60_000) },
  ip: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
})
const placeAt = (number: number): string => `place ${number}`

function rosterOf(count: number, isSeeder: (number: number) => boolean = () => false): Roster {
  const roster = new Roster()
  for (let number = 0; number < count; number++) join(roster, number, isSeeder(number))
  return roster
}

function join(roster: Roster, number: number, complete = false): void {
  const peer = peerAt(number, complete)
  roster.add(placeAt(number), compactOf(peer)!, peer)
}

const shown = (roster: Roster, asker: string, count = SHOWN): string[] =>
  roster.choose(keyOf(asker), count, NOBODY).map(({ place }) => place)

describe('guard: views of a swarm', () => {
  it('D15: 200 announces of one account among 1,000 members show it 50', () => {
    const roster = rosterOf(MEMBERS)
    const seen = new Set(shown(roster, 'buyer'))
    assert.equal(seen.size, SHOWN)
    for (let i = 0; i < 200; i++) for (const place of shown(roster, 'buyer')) seen.add(place)
    assert.equal(seen.size, SHOWN)
  })

  it('D15: churn is made up for, and shows no more than what came and went', () => {
    const roster = rosterOf(MEMBERS)
    const seen = new Set(shown(roster, 'buyer'))
    let next = MEMBERS
    for (let i = 0; i < 200; i++) {
      // One goes, one comes: in the end a fifth of the swarm is another.
      roster.remove(placeAt(i * 5))
      join(roster, next++)
      const now = shown(roster, 'buyer')
      assert.equal(now.length, SHOWN)
      for (const place of now) seen.add(place)
    }
    // Of 200 that left, 5 % were in view; of 200 that came, 5 % came into it.
    assert.ok(seen.size <= SHOWN + 40, `${seen.size}`)
  })

  it('D15: the order in which members came, and the number asked for, change nothing', () => {
    const forth = rosterOf(MEMBERS)
    const back = new Roster()
    for (let number = MEMBERS - 1; number >= 0; number--) join(back, number)
    assert.deepEqual(shown(back, 'buyer'), shown(forth, 'buyer'))
    assert.deepEqual(shown(forth, 'buyer', 10), shown(forth, 'buyer').slice(0, 10))
  })

  it('everybody is shown to somebody, and about as often as everybody else', () => {
    const roster = rosterOf(MEMBERS)
    const times = new Map<string, number>()
    for (let asker = 0; asker < MEMBERS; asker++) {
      for (const place of shown(roster, `uid ${asker}`)) {
        times.set(place, (times.get(place) ?? 0) + 1)
      }
    }
    assert.equal(times.size, MEMBERS)
    assert.ok(Math.min(...times.values()) >= 10 && Math.max(...times.values()) <= 120)
  })

  it('F76: a single seeder is in everybody’s view, and many seeders do not fill it', () => {
    const lonely = rosterOf(MEMBERS, (number) => number === 333)
    const many = rosterOf(MEMBERS, (number) => number % 100 === 0)
    for (let asker = 0; asker < 100; asker++) {
      assert.ok(shown(lonely, `uid ${asker}`).includes(placeAt(333)))
      const seeders = shown(many, `uid ${asker}`).filter((place) => place.endsWith('00'))
      assert.ok(seeders.length >= 1 && seeders.length < SHOWN / 2, `${seeders.length}`)
    }
  })

  it('the asker is not shown to itself, at this place or another', () => {
    const roster = rosterOf(20)
    const places = (place: string, peerId: string): string[] =>
      roster.choose(keyOf('x'), SHOWN, { place, peerId }).map((listed) => listed.place)
    assert.equal(places('', '').length, 20)
    assert.ok(!places(placeAt(3), '').includes(placeAt(3)))
    assert.ok(!places('', 'peer 4').includes(placeAt(4)))
    assert.equal(places(placeAt(3), 'peer 4').length, 18)
  })

  it('who left is shown no more, and those who stay are all there', () => {
    const roster = rosterOf(40)
    for (const gone of [39, 0, 17, 17, 38, 99]) roster.remove(placeAt(gone))
    const left = shown(roster, 'x').sort()
    const expected = Array.from({ length: 40 }, (_, number) => placeAt(number))
    assert.deepEqual(left, expected.filter((_, number) => ![39, 0, 17, 38].includes(number)).sort())
    for (let number = 0; number < 40; number++) roster.remove(placeAt(number))
    assert.deepEqual(shown(roster, 'x'), [])
  })
})
