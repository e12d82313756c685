// Two providers on one ledger, as several processes on one database are: each follows what the other wrote.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { blockLines } from '../../tracker-extension/src/ledger/index.ts'
import * as w from './mint/world.ts'

const { crypto } = w
const hash = (data: Uint8Array) => crypto.sha256(data)

describe('several processes of one provider', () => {
  let first: w.World
  let second: w.World
  beforeEach(async () => {
    first = await w.startWorld({ headEveryMs: 5 })
    second = await w.startWorld({ ledger: first.store, keys: first.keys, headEveryMs: 5 })
  })
  afterEach(async () => {
    assert.deepEqual([...first.errors, ...second.errors], [])
    await Promise.all([first.tracker.close(), second.tracker.close()])
    await Promise.all([first.stage.close(), second.stage.close()])
    await first.store.close()
  })

  const revoke = async (world: w.World, uid: string) => {
    const headers = { authorization: `Bearer ${w.OPERATOR}` }
    const body = JSON.stringify({ uid, reason: 'test' })
    assert.equal((await w.post(world, 'operator/revoke', body, headers)).status, 200)
  }
  const revoked = async (world: w.World) => {
    const bytes = await w.outcome(await fetch(`${world.url}/floodgate/v1/revocations/0`))
    assert.ok(bytes instanceof Uint8Array, String(bytes))
    return world.trust.issued('revocations', bytes, world.clock.now)
  }

  it('F58: whom one revokes, the other knows of a second later; both may revoke at once', async () => {
    const traders = await Promise.all([5n, 5n, 5n, 5n].map((money) => w.register(first, money)))
    const [alice, ...others] = traders
    assert.equal((await revoked(second)).entries.length, 0)
    await revoke(first, alice!.uidHex)
    second.clock.now += 1000
    const told = await revoked(second)
    assert.deepEqual(
      told.entries.map(({ uid }) => fg.toHex(uid)),
      [alice!.uidHex]
    )
    await Promise.all(others.map(({ uidHex }, i) => revoke(i % 2 ? first : second, uidHex)))
    first.clock.now += 1000
    second.clock.now += 1000
    const [here, there] = [await revoked(first), await revoked(second)]
    assert.equal(here.entries.length, 4)
    assert.deepEqual(here.head, there.head)
    assert.ok(new fg.RevocationLog(crypto).append(there))
    assert.deepEqual((await first.store.audit()).faults, [])
  })

  it('G13: one log with two signers; a head of the one is proved by the other', async () => {
    const bob = await w.register(first, 5n)
    const deposit = (i: number) =>
      first.store.execute({
        ...{ kind: 'deposit' as const, id: `more${i}`, uid: bob.uidHex },
        ...{ amountMinor: 1n, reason: 'test', now: w.START }
      })
    const ask = async (world: w.World, path: string) => {
      const bytes = await w.outcome(await fetch(`${world.url}/floodgate/v1/log/${path}`))
      assert.ok(bytes instanceof Uint8Array, String(bytes))
      return bytes
    }
    const headAt = async (world: w.World, size: number) => {
      for (;;) {
        const head = world.trust.issued('treeHead', await ask(world, 'head'), world.clock.now)
        if ((await head).size >= size) return head
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    let lines = (await headAt(first, 1)).size
    for (const count of [3, 2 * blockLines, 40]) {
      const before = await headAt(first, lines)
      await Promise.all(Array.from({ length: count }, (_, i) => deposit(lines + i)))
      lines += count
      const heads = await Promise.all([headAt(first, lines), headAt(second, lines)])
      assert.deepEqual(heads[0].root, heads[1].root)
      for (const world of [first, second]) {
        const frame = await ask(world, `consistency?from=${before.size}&to=${lines}`)
        const { path } = fg.decode(frame, 'consistency').message
        assert.ok(fg.verifyConsistency(hash, before, heads[0], path))
      }
    }
  })
})
