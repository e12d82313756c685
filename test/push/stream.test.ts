// Reading while the sealed content still comes: a little ahead, never much, and only what was verified.

import assert from 'node:assert/strict'
import { equal, platformCrypto as crypto } from '@floodgate/protocol'
import {
  HEADER_LENGTH,
  keysFor,
  layoutOf,
  openContent,
  readHeader,
  sealContent
} from '@floodgate/push'
import { heapUsed } from '../support/heap.ts'
import { CHUNK, joined, MASTER, readerOf, sealedContent } from './content.ts'

/** Chunks that a stream holds at most: the one waited for, and four ahead. */
const HELD_MAX = 5

describe('push: streams (F77)', () => {
  it('give each chunk as soon as it is there, and ask for a few ahead', async () => {
    const { plain, sealed, keys } = await sealedContent(20 * CHUNK)
    const { step } = layoutOf(plain.length)
    const arrivals = new Map<number, () => void>()
    let asked: (() => void) | undefined
    const content = await openContent(crypto, keys(2), async (offset, length) => {
      if (offset >= HEADER_LENGTH) {
        await new Promise<void>((arrived) => {
          arrivals.set(offset, arrived)
          asked?.()
        })
      }
      return sealed.subarray(offset, offset + length)
    })
    const stream = content.stream({ start: CHUNK + 1 })
    let given = 0
    for (let chunk = 1; chunk < 20; chunk++) {
      const next = stream.next()
      const expected = Math.min(HELD_MAX, 20 - chunk)
      while (arrivals.size < expected) await new Promise<void>((resolve) => (asked = resolve))
      assert.equal(arrivals.size, expected, `asked for at chunk ${chunk}`)
      // Later ones may come first: what is given stays in order.
      const last = Math.max(...arrivals.keys())
      if (chunk % step === 2) arrivals.get(last)!()
      const first = Math.min(...arrivals.keys())
      arrivals.get(first)!()
      arrivals.delete(first)
      const { value } = await next
      const from = chunk === 1 ? CHUNK + 1 : chunk * CHUNK
      assert.ok(equal(value!, plain.subarray(from, (chunk + 1) * CHUNK)), `chunk ${chunk}`)
      given += value!.length
    }
    assert.equal((await stream.next()).done, true)
    assert.equal(given, 19 * CHUNK - 1)
  })

  it('may be left, and what was asked ahead then fails without a word', async () => {
    const { sealed, keys } = await sealedContent(20 * CHUNK)
    const bytes = sealed.slice(0, HEADER_LENGTH + 4 * (CHUNK + 16))
    const content = await openContent(crypto, keys(0), readerOf(bytes))
    const unhandled: unknown[] = []
    const note = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    for await (const part of content.stream({ start: CHUNK })) {
      assert.equal(part.length, CHUNK)
      break
    }
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    assert.deepEqual(unhandled, [])
    await assert.rejects(joined(content.stream()), { code: 'truncated' })
  })

  it('give everything before an altered chunk, and nothing of it', async () => {
    const { plain, sealed, keys } = await sealedContent(7 * CHUNK)
    sealed[HEADER_LENGTH + 4 * (CHUNK + 16)]! ^= 1
    const content = await openContent(crypto, keys(0), readerOf(sealed))
    let got = 0
    const all = async () => {
      for await (const part of content.stream()) got += part.length
    }
    await assert.rejects(all(), { code: 'altered-content', detail: 'chunk 4' })
    assert.equal(got, 4 * CHUNK)
    assert.ok(equal(await content.read(5 * CHUNK, CHUNK), plain.subarray(5 * CHUNK, 6 * CHUNK)))
  })

  it('hand on what reading fails with', async () => {
    const { sealed, keys } = await sealedContent(3 * CHUNK)
    const broken = new Error('the torrent was removed')
    const content = await openContent(crypto, keys(0), async (offset, length) => {
      if (offset > HEADER_LENGTH) throw broken
      return sealed.subarray(offset, offset + length)
    })
    await assert.rejects(content.read(0, 3 * CHUNK), broken)
  })

  it('seal and open 32 MiB in 2 MiB of memory', async () => {
    const length = 32 * 2 ** 20
    const layout = layoutOf(length)
    // Sealing runs just ahead of reading; only what a stream may ask for again is kept.
    const zeros = new Uint8Array(layout.chunkLength)
    const read = async (_: number, size: number) => zeros.subarray(0, size)
    const sealing = sealContent(crypto, { master: MASTER, length, read })
    const header = (await sealing.next()).value!
    const { sealedId } = readHeader(header)
    const kept = new Map([[0, header]])
    let at = HEADER_LENGTH
    const until = async (offset: number) => {
      while (at <= offset) {
        const { value } = await sealing.next()
        kept.set(at, value!)
        at += value!.length
        if (kept.size > 2 * HELD_MAX + 2) kept.delete([...kept.keys()][0]!)
      }
    }
    let queue = Promise.resolve()
    const keys = keysFor(crypto, { master: MASTER, sealedId, group: 3 })
    const content = await openContent(crypto, keys, async (offset, size) => {
      await (queue = queue.then(() => until(offset)))
      const bytes = kept.get(offset)!
      assert.equal(bytes.length, size)
      return bytes
    })
    // Twice: what the first collection finds of array buffers is swept beside it.
    const memory = () => {
      heapUsed()
      return heapUsed() + process.memoryUsage().arrayBuffers
    }
    const before = memory()
    let [got, most] = [0, 0]
    for await (const part of content.stream()) {
      got += part.length
      if (got % (4 * 2 ** 20) === 0) most = Math.max(most, memory() - before)
    }
    assert.equal(got, length)
    assert.equal(at, layout.sealedLength)
    assert.ok(most < 2 * 2 ** 20, `${most} bytes`)
  })
})
