// Whose peer id it is: over websockets everybody speaks for himself alone, and takes only his own
// members along.
import assert from 'node:assert/strict'
import { guardTracker, type TrackerGuard } from '../../../tracker-extension/src/guard/index.ts'
import { once } from 'node:events'
import {
  binary,
  frame,
  infoHash,
  muteSocket,
  peerId,
  startTracker,
  wsAnnounce,
  WsAsker,
  type Stage
} from './stage.ts'

const victim = peerId('v')
const sdp = 'v=0'

describe('guard: members over websockets', () => {
  let stage: Stage
  let guard: TrackerGuard
  let owner: WsAsker
  let stranger: WsAsker

  beforeEach(async () => {
    stage = await startTracker({ udp: false }, (server) => {
      guard = guardTracker(server, { wsChallengeMs: 50 })
    })
    owner = await new WsAsker(stage).open()
    stranger = await new WsAsker(stage).open()
    await owner.announce(victim)
  })
  afterEach(() => stage.close())

  /** Leechers in the swarm of `hash`, as a scrape tells. */
  async function leechers(hash = infoHash(2)): Promise<number> {
    const asker = await new WsAsker(stage).open()
    const { files } = await asker.ask({ action: 'scrape', info_hash: binary(hash) })
    await asker.close()
    return (files as Record<string, { incomplete: number }>)[binary(hash)]?.incomplete as number
  }

  for (const event of ['stopped', 'completed', 'started', 'update']) {
    it(`F65: nobody else can announce "${event}" for a peer id in use`, async () => {
      const answer = await stranger.announce(victim, { event })
      assert.match(String(answer['failure reason']), /^peer-id-taken: /)
      assert.equal(answer['fg code'], 'peer-id-taken')
      assert.equal(await leechers(), 1)
    })
  }

  it('F65: closing does not take a stranger along whose id was named first', async () => {
    // First under the victim's id in a swarm where it is not, then honestly where it is.
    await stranger.announce(victim, { info_hash: binary(infoHash(4)) })
    await stranger.announce(peerId('s'))
    assert.equal(await leechers(), 2)
    await stranger.announce(peerId('s'), { event: 'stopped' })
    await stranger.close()
    assert.equal(await leechers(), 1)
    assert.equal((await owner.announce(victim))['incomplete'], 1)
    assert.equal(await leechers(infoHash(4)), 0)
  })

  it('closing takes every member of the connection along', async () => {
    await stranger.announce(peerId('1'))
    await stranger.announce(peerId('2'))
    await stranger.announce(peerId('2'), { info_hash: binary(infoHash(5)) })
    assert.equal(await leechers(), 3)
    await stranger.close()
    assert.equal(await leechers(), 1)
    assert.equal(await leechers(infoHash(5)), 0)
    assert.deepEqual(guard.held, { swarms: 1, hosts: 1, sockets: 1 })
  })

  it('a silent owner loses its id when another claims it, a live one does not', async () => {
    const mute = await muteSocket(stage)
    mute.write(frame(wsAnnounce(peerId('m'))))
    await once(mute, 'data')
    mute.resume()
    // The live one is challenged first, so its time is over when the mute one's is.
    await stranger.announce(victim)
    const taken = await stranger.announce(peerId('m'))
    assert.match(String(taken['failure reason']), /^peer-id-taken: /)
    await once(mute, 'close')
    assert.equal((await stranger.announce(peerId('m')))['failure reason'], undefined)
    assert.equal((await owner.announce(victim))['failure reason'], undefined)
    assert.equal(await leechers(), 2)
  })

  it('F65: who did not announce cannot send answers to others', async () => {
    const answer = { answer: { type: 'answer', sdp }, offer_id: 'o', to_peer_id: binary(victim) }
    const refused = await stranger.announce(peerId('s'), answer)
    assert.match(String(refused['failure reason']), /^not-a-member: /)
    const asVictim = await stranger.announce(victim, { ...answer, to_peer_id: binary(victim) })
    assert.match(String(asVictim['failure reason']), /^not-a-member: /)
    assert.equal(guard.counters.answers, 2)
    assert.equal(await leechers(), 1)
  })

  it('offers and answers travel as with a stock server, and carry nothing else', async () => {
    const extra = { evil: true }
    const offers = [{ offer: { type: 'offer', sdp, ...extra }, offer_id: 'o'.repeat(20) }]
    await stranger.announce(peerId('s'), { offers })
    const offer = await owner.next()
    assert.deepEqual(offer['offer'], { type: 'offer', sdp })
    assert.equal(offer['offer_id'], 'o'.repeat(20))
    assert.equal(offer['peer_id'], binary(peerId('s')))
    owner.say({
      action: 'announce',
      info_hash: offer['info_hash'],
      peer_id: binary(victim),
      to_peer_id: offer['peer_id'],
      answer: { type: 'answer', sdp, ...extra },
      offer_id: offer['offer_id']
    })
    const answer = await stranger.next()
    assert.deepEqual(answer['answer'], { type: 'answer', sdp })
    assert.equal(answer['peer_id'], binary(victim))
  })

  it('F65: an address holds no more members of a swarm than allowed, and its places come back', async () => {
    await stage.close()
    stage = await startTracker({ udp: false }, (server) => {
      guard = guardTracker(server, { swarmMembersPerAddressMax: 3, membersPerAddressMax: 4 })
    })
    const asker = await new WsAsker(stage).open()
    for (const one of ['1', '2', '3']) {
      assert.equal((await asker.announce(peerId(one)))['failure reason'], undefined)
    }
    const tooMany = await asker.announce(peerId('4'))
    assert.match(String(tooMany['failure reason']), /^too-many-members: /)
    // Who is in may go on, and leave; then there is a place again.
    assert.equal((await asker.announce(peerId('1')))['failure reason'], undefined)
    await asker.announce(peerId('1'), { event: 'stopped' })
    assert.equal((await asker.announce(peerId('4')))['failure reason'], undefined)
    const elsewhere = { info_hash: binary(infoHash(6)) }
    assert.equal((await asker.announce(peerId('1'), elsewhere))['failure reason'], undefined)
    const fifth = await asker.announce(peerId('2'), elsewhere)
    assert.match(String(fifth['failure reason']), /^too-many-members: /)
  })

  it('F65: a connection that does not read is ended, not buffered for', async () => {
    await stage.close()
    stage = await startTracker({ udp: false }, (server) => {
      guard = guardTracker(server, { wsBufferMax: 100_000 })
    })
    const deaf = await muteSocket(stage)
    deaf.pause()
    const hashes = Array.from({ length: 74 }, (_, byte) => binary(infoHash(byte)))
    const closed = new Promise((resolve) => deaf.once('close', resolve))
    const ended = stage.socketClosed()
    while (!deaf.destroyed) {
      const more = deaf.write(frame({ action: 'scrape', info_hash: hashes }))
      if (!more) await Promise.race([new Promise((resolve) => deaf.once('drain', resolve)), closed])
    }
    await ended
    assert.equal(guard.held.sockets, 0)
  })
})
