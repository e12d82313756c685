// When the addresses of the provider's list are dialled, and how often again, by a fake clock.

import assert from 'node:assert/strict'
import { Dialing } from '../../plugins/floodgate-wire/src/dialing.ts'
import { Timeline } from '../simulation/timeline.ts'

const LIST = [
  { host: '10.0.0.1', port: 6881 },
  { host: '::2', port: 6882 }
]

describe('wire: dialing', () => {
  let time: Timeline
  let dialled: string[]
  let connected: Set<string>
  let [needed, announces] = [true, 0]

  beforeEach(() => {
    time = new Timeline()
    dialled = []
    connected = new Set()
    needed = true
    announces = 0
  })
  const dialing = (torrentPort = 1): Dialing => {
    const client = { torrentPort }
    const addPeer = (address: unknown): boolean => dialled.push(String(address)) > 0
    const source = {
      connected: () => connected,
      needed: () => needed,
      announce: () => void announces++
    }
    return new Dialing({ client, addPeer }, source, time)
  }
  const pass = (seconds: number) =>
    time.play(
      time.now() + seconds * 1000,
      () => false,
      () => undefined
    )

  it('dials who is listed and not connected', () => {
    connected.add('10.0.0.1 6881')
    dialing().listed(LIST)
    assert.deepEqual(dialled, ['[::2]:6882'])
  })

  it('dials again after 2, 4, 8 s and so on up to a minute, until all are there', async () => {
    const one = dialing()
    one.listed(LIST.slice(0, 1))
    await pass(2 + 4 + 8)
    assert.equal(dialled.length, 4)
    await pass(16 + 32 + 60 + 60)
    assert.equal(dialled.length, 8)
    connected.add('10.0.0.1 6881')
    await pass(3600)
    assert.equal(dialled.length, 8)
  })

  it('a connection that broke is dialled again, soon if it had come about', async () => {
    const one = dialing()
    connected.add('10.0.0.1 6881')
    one.listed(LIST.slice(0, 1))
    for (let breaks = 1; breaks <= 10; breaks++) {
      connected.clear()
      one.broke()
      await pass(2)
      assert.equal(dialled.length, breaks)
      connected.add('10.0.0.1 6881')
      await pass(30)
      assert.equal(dialled.length, breaks, 'one that is there is let alone')
    }
  })

  it('a dead address keeps nobody waiting who was here a moment ago', async () => {
    const one = dialing()
    connected.add('10.0.0.1 6881')
    one.listed(LIST)
    await pass(100)
    connected.clear()
    dialled = []
    one.broke()
    await pass(2)
    assert.deepEqual(dialled, ['10.0.0.1:6881', '[::2]:6882'])
  })

  it('who wants nothing of others dials nobody again', async () => {
    const one = dialing()
    one.listed(LIST)
    needed = false
    one.again()
    await pass(3600)
    assert.equal(dialled.length, LIST.length)
  })

  it('who cannot be dialled does not dial, but asks to be introduced again', async () => {
    const one = dialing(0)
    one.listed(LIST)
    await pass(3600)
    assert.deepEqual([dialled, announces], [[], 0])
    one.broke()
    await pass(3600)
    assert.deepEqual([dialled, announces], [[], 1])
  })

  it('does nothing once it is closed', async () => {
    const one = dialing()
    one.listed(LIST)
    one.close()
    one.again()
    await pass(3600)
    assert.equal(dialled.length, LIST.length)
  })
})
