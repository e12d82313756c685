// The provider's log of postings on a real server: heads, proofs and one's own lines, before and after a restart.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { memoryLedger, type JournalLine, type LedgerStore } from '@floodgate/tracker'
import * as w from '../mint/world.ts'

const { crypto } = w
const hash = (data: Uint8Array) => crypto.sha256(data)

/** The root by the definition of RFC 9162 §2.1.1, over the lines as docs/protocol.md has them. */
function rootOf(lines: JournalLine[]): Uint8Array {
  if (lines.length === 0) return hash(new Uint8Array())
  if (lines.length === 1) return hash(fg.concat(Uint8Array.of(0), postingOf(lines[0]!)))
  let k = 1
  while (k * 2 < lines.length) k *= 2
  return hash(fg.concat(Uint8Array.of(1), rootOf(lines.slice(0, k)), rootOf(lines.slice(k))))
}
function postingOf(line: JournalLine): Uint8Array {
  const { seq, at, kind, ref, purseId, debit, credit, amountMinor } = line
  const ids = { line: seq, at, kind, ref, purse: purseId, debit, credit }
  return fg.encode('posting', { ...ids, amount: amountMinor, currency: 'EUR' })
}

describe('G13: the log of postings', () => {
  const store = memoryLedger({ currency: 'EUR' })
  const pages: number[] = []
  const counted: LedgerStore = {
    ...store,
    journal: (after, limit) => {
      pages.push(after ?? 0)
      return store.journal(after, limit)
    }
  }
  // As often as the timer can.
  const options = { ledger: counted, headEveryMs: 1 }
  let world: w.World
  let alice: w.Trader
  let bob: w.Trader
  before(async () => {
    world = await w.startWorld(options)
    alice = await w.register(world, 5n)
    bob = await w.register(world, 7n)
  })
  after(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })

  const ask = async (path: string) =>
    w.outcome(await fetch(`${world.url}/floodgate/v1/log/${path}`))
  const bytes = async (path: string) => {
    const answer = await ask(path)
    assert.ok(typeof answer !== 'string', `${path}: ${String(answer)}`)
    return answer
  }
  const head = async () => world.trust.issued('treeHead', await bytes('head'), world.clock.now)
  /** The head that holds all lines: signed within a moment, as the log grows by itself. */
  const headOf = async (size: number) => {
    for (;;) {
      const now = await head()
      if (now.size === size) return now
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  const deposits = async (from: number, to: number) => {
    const commands = Array.from({ length: to - from }, (_, i) => ({
      ...{ kind: 'deposit' as const, id: `more${from + i}`, uid: bob.uidHex },
      ...{ amountMinor: BigInt(i + 1), reason: 'test', now: w.START + i }
    }))
    await Promise.all(commands.map((command) => store.execute(command)))
  }
  const allLines = async () => [...(await store.journal(0)), ...(await store.journal(1000))]
  const expectConsistent = async (older: fg.LogPoint, newer: fg.LogPoint) => {
    const answer = await bytes(`consistency?from=${older.size}&to=${newer.size}`)
    const { from, to, path } = fg.decode(answer, 'consistency').message
    assert.deepEqual([from, to], [older.size, newer.size])
    assert.ok(fg.verifyConsistency(hash, older, newer, path), `${from} to ${to}`)
  }
  const expectIncluded = async (posting: Uint8Array, point: fg.LogPoint) => {
    const { line } = fg.decode(posting, 'posting').message
    const proof = fg.decode(
      await bytes(`proof?line=${line}&size=${point.size}`),
      'inclusion'
    ).message
    const leaf = fg.lineHash(hash, posting)
    assert.deepEqual(proof.leaf, leaf)
    assert.ok(fg.verifyInclusion(hash, leaf, line - 1, proof.path, point), `line ${line}`)
  }

  let counter = 0
  const lines = async (who: w.Trader, after = 0, time = world.clock.now) => {
    const on = { time, expiry: time, counter: ++counter }
    const request = await who.signer.sign('linesRequest', { after }, on)
    return [await w.outcome(await w.post(world, 'log/lines', request)), request] as const
  }

  it('signs heads over the whole journal, each of which begins with all before it', async () => {
    const heads: fg.LogPoint[] = []
    for (const size of [2, 3, 255, 256, 257, 700, 1100]) {
      await deposits(heads.at(-1)?.size ?? 2, size)
      const point = await headOf(size)
      assert.deepEqual(point.root, rootOf(await allLines()), `${size}`)
      heads.push(point)
    }
    for (const older of heads) {
      for (const newer of heads) if (older.size <= newer.size) await expectConsistent(older, newer)
    }
  })

  it('proves every kind of line under any head', async () => {
    const all = await allLines()
    const newest = await head()
    const older = { size: 600, root: rootOf(all.slice(0, 600)) }
    for (const seq of [1, 2, 256, 257, 300, 512, 513, 600, 1024, 1025, 1100]) {
      const posting = postingOf(all[seq - 1]!)
      await expectIncluded(posting, newest)
      if (seq <= older.size) await expectIncluded(posting, older)
    }
  })

  it('gives an account its own lines, all of them, and nobody else’s', async () => {
    const [answer] = await lines(alice)
    const { items, read } = fg.decode(answer as Uint8Array, 'lines').message
    assert.equal(read, 1100)
    const [posting] = items.map((item) => fg.decode(item, 'posting').message)
    assert.deepEqual([items.length, posting!.amount], [1, 5n])
    assert.equal(posting!.credit, `peer:${alice.uidHex}`)
    await expectIncluded(items[0]!, await head())

    let [after, sum] = [0, 0]
    for (;;) {
      const [page] = await lines(bob, after)
      const { items: own, read: seen } = fg.decode(page as Uint8Array, 'lines').message
      sum += own.length
      if (seen === after) break
      after = seen
    }
    assert.equal(sum, 1099)
  })

  it('F65: a page scans so many lines, and who asks for page after page has to wait', async () => {
    const long = memoryLedger({ currency: 'EUR' })
    const rates = { lines: { perSecond: 0.001, burst: 3 } }
    const busy = await w.startWorld({ ledger: long, rates })
    try {
      const carol = await w.register(busy, 5n)
      for (let i = 0; i < 2500; i++) {
        await long.execute({
          ...{ kind: 'fund', id: `${i}`, amountMinor: 1n, reason: '', now: w.START }
        })
      }
      const codes = []
      let [after, read] = [0, -1]
      for (let at = 1; at <= 4; at++) {
        const on = { time: w.START, expiry: w.START, counter: at }
        const request = await carol.signer.sign('linesRequest', { after }, on)
        const page = await w.outcome(await w.post(busy, 'log/lines', request))
        if (typeof page === 'string') codes.push(page)
        else after = read = fg.decode(page, 'lines').message.read
        if (at === 1) assert.equal(read, 2000)
      }
      assert.deepEqual([read, codes], [2501, ['too-many-requests']])
    } finally {
      await busy.close()
    }
  })

  it('G3: refuses requests for lines that are replayed, old, or signed by another', async () => {
    const [, request] = await lines(alice)
    assert.equal(await w.outcome(await w.post(world, 'log/lines', request)), 'replayed')
    assert.equal((await lines(alice, 0, world.clock.now - 3600e3))[0], 'clock')
    const forged = { ...bob, signer: { ...bob.signer, sign: alice.signer.sign } }
    const frame = (await lines(forged))[1].slice()
    frame[frame.length - 1]! ^= 1
    assert.equal(await w.outcome(await w.post(world, 'log/lines', frame)), 'bad-signature')
  })

  it('refuses to prove what is not there', async () => {
    const wrong = [
      'proof',
      'proof?line=0',
      'proof?line=1101',
      'proof?line=x',
      'proof?line=2&size=1'
    ]
      .concat('proof?line=1&size=1101', 'consistency', 'consistency?from=-1')
      .concat('consistency?from=5&to=4', 'consistency?from=0&to=99999999999')
    for (const path of wrong) assert.equal(await ask(path), 'bad-request', path)
  })

  it('I6: goes on after a restart with the same head, without hashing the journal again', async () => {
    const before = await bytes('head')
    const { keys, clock } = world
    await world.tracker.close()
    await world.stage.close()
    pages.length = 0
    world = await w.startWorld({ ...options, keys })
    world.clock.now = clock.now
    assert.deepEqual(await bytes('head'), before)
    assert.deepEqual(
      pages.filter((after) => after < 1100),
      []
    )
    const older = fg.decode(before, 'treeHead').message
    await deposits(1100, 1300)
    const newer = await headOf(1300)
    assert.deepEqual(newer.root, rootOf(await allLines()))
    await expectConsistent(older, newer)
    await expectIncluded(postingOf((await allLines())[1299]!), newer)
  })

  it('keeps no head that says more than the journal, less than before, or leaves blocks out', async () => {
    const { size, root, peaks, frame } = (await store.head())!
    const command = { kind: 'signHead' as const, size, root, peaks, frame, blocks: [], now: 1 }
    for (const change of [{ size: 1301 }, { size: 1299 }, { blocks: [root] }]) {
      await assert.rejects(store.execute({ ...command, ...change }), { code: 'conflict' })
    }
    assert.deepEqual(await store.execute(command), { size })
  })
})
