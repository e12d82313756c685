// WebRTC peers that meet through a tracker, with real connections on loopback and the tracker's part played here.

import assert from 'node:assert/strict'
import { Meetings, type MeetingTorrent } from '../../plugins/floodgate-wire/src/meetings.ts'
import { onEnd, type SimplePeer } from '../../plugins/floodgate-wire/src/rtc.ts'

const [SMALL, LARGE] = ['11'.repeat(20), 'ee'.repeat(20)] as const

/** One side, with the connections that its torrent was given and kept. */
class Side {
  readonly kept = new Map<string, SimplePeer>()
  readonly meetings: Meetings
  readonly peerId: string
  /** One that fails by itself is never `destroyed` for the library, so its end is listened for from the beginning. */
  readonly #ends = new Map<SimplePeer, Promise<void>>()

  constructor(peerId: string) {
    this.peerId = peerId
    const torrent: MeetingTorrent = {
      destroyed: false,
      client: { peerId, tracker: { rtcConfig: { iceServers: [] } } },
      addPeer: (peer: SimplePeer) => {
        this.kept.set(peer.id!, peer)
        this.#ends.set(peer, new Promise((resolve) => onEnd(peer, resolve)))
        return true
      },
      removePeer: (id: string) => {
        this.kept.get(id)?.destroy()
        this.kept.delete(id)
      }
    }
    this.meetings = new Meetings(torrent, 500)
  }

  /** Resolves to the connection to `id` once it stands. */
  async connected(id: string): Promise<SimplePeer> {
    const peer = this.kept.get(id)!
    const connecting = new Promise<void>((resolve) => peer.once('connect', resolve))
    const failing = this.#ends.get(peer)!.then(() => assert.fail('the connection failed'))
    if (!peer.connected) await Promise.race([connecting, failing])
    failing.catch(() => undefined) // it ends one day
    return peer
  }

  async hangUp(): Promise<void> {
    for (const peer of this.kept.values()) {
      peer.destroy()
      await this.#ends.get(peer)
    }
  }

  async close(): Promise<void> {
    this.meetings.close()
    await this.hangUp()
  }
}

describe('wire: WebRTC peers meet', function () {
  this.timeout(20_000)
  let small: Side
  let large: Side
  beforeEach(() => {
    small = new Side(SMALL)
    large = new Side(LARGE)
  })
  afterEach(() => Promise.all([small.close(), large.close()]))

  /** Takes one offer of `from` to the other side; its answer can be brought back later. */
  const offer = async (from: Side, to: Side) => {
    const [{ offer: description, offer_id } = {}] = await from.meetings.offers()
    const answer = await to.meetings.answer(from.peerId, description)
    return () => from.meetings.answered(to.peerId, offer_id, answer)
  }

  it('one offers, the other answers', async () => {
    for (const [from, to] of [
      [small, large],
      [large, small]
    ] as const) {
      const answer = await offer(from, to)
      answer()
      await Promise.all([from.connected(to.peerId), to.connected(from.peerId)])
      for (const side of [small, large]) await side.hangUp()
    }
  })

  it('who offer to each other at once keep one connection, the same', async () => {
    const answers = await Promise.all([offer(small, large), offer(large, small)])
    for (const answer of answers) answer()
    const [ours, theirs] = await Promise.all([small.connected(LARGE), large.connected(SMALL)])
    // What is connected stays, whatever is offered.
    const again = await offer(large, small)
    again()
    assert.ok(ours.connected && theirs.connected)
    assert.equal(small.kept.get(LARGE), ours)
  })

  it('makes as many offers as were taken, and no more', async () => {
    assert.equal((await small.meetings.offers()).length, 5)
    assert.equal((await small.meetings.offers()).length, 0)
    const answer = await offer(large, small)
    answer()
    assert.equal((await large.meetings.offers()).length, 1)
  })

  it('what is no offer or no answer is nothing, and one’s own is not met', async () => {
    const [{ offer: good, offer_id } = {}] = await small.meetings.offers()
    const wrong = [undefined, null, 7, 'sdp', {}, { type: 'offer' }, { type: 'answer', sdp: 'v=0' }]
    const odd = [
      { type: 'offer', sdp: 'v=0' },
      { type: 'offer', sdp: 'x'.repeat(20_000) }
    ]
    for (const given of [...wrong, ...odd]) {
      assert.equal(await large.meetings.answer(SMALL, given), undefined)
      if (given !== wrong.at(-1)) large.meetings.answered(SMALL, offer_id, given)
    }
    assert.equal(await small.meetings.answer(SMALL, good), undefined)
    small.meetings.answered(LARGE, 'another', { type: 'answer', sdp: 'v=0' })
    small.meetings.answered(LARGE, offer_id, { type: 'answer', sdp: 7 })
    assert.deepEqual([small.kept.size, large.kept.size], [0, 0])
  })
})
