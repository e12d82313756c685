// The attack lab: that its attacks are held off, and that it would notice if they were not.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runAttack } from '../../hosts/src/attack/run.ts'
import type { Attack } from '../../hosts/src/attack/scenario.ts'
import { ATTACKS } from '../../hosts/src/attack/table.ts'

const MAIN = fileURLToPath(new URL('../../hosts/src/main.ts', import.meta.url))

/** A family each, and fast. */
const HELD: [requirement: string, name: string][] = [
  ['F28, G3', 'replayed-request'],
  ['G4', 'replayed-delivery'],
  ['I2, F37', 'half-pieces'],
  ['F51', 'resend-abuse'],
  ['I3, F34', 'junk-piece'],
  ['I3', 'purse-theft'],
  ['G5, F62', 'guessed-tokens'],
  ['G6', 'double-spend'],
  ['I4, F57', 'withheld-payment'],
  ['I5, F63', 'false-complaint'],
  ['I5, F58', 'complaint-mob'],
  ['F63', 'impersonation'],
  ['F65', 'malformed-frames'],
  ['F26, F27', 'peer-list']
]

const named = (name: string): Attack => ATTACKS.find((attack) => attack.name === name)!

interface Ended {
  exit: number
  out: string
  told: string
}

async function floodgate(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['-C', 'floodgate-source', MAIN, 'attack', ...args])
  const [out, told, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>
  ])
  return { exit, out, told }
}

describe('hosts: attacks', function () {
  this.timeout(30_000)

  for (const [requirement, name] of HELD) {
    it(`${requirement}: ${name} is held off`, async () => {
      const { row, wrong } = await runAttack(named(name))
      assert.deepEqual(wrong, [])
      assert.equal(row.ok, true)
    })
  }

  it('have names of their own, and say what they try', () => {
    assert.equal(new Set(ATTACKS.map(({ name }) => name)).size, ATTACKS.length)
    for (const { name, line, defences } of ATTACKS) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/)
      assert.ok(line.length > 20 && defences.length > 0, name)
    }
  })

  it('prints one JSON object', async () => {
    const { exit, out } = await floodgate('resend-abuse', '--json')
    assert.equal(exit, 0)
    const { bench, machine, results } = JSON.parse(out) as Record<string, unknown>
    assert.equal(bench, 'attack')
    assert.equal((machine as { node: string }).node, process.version)
    assert.deepEqual(results, [
      {
        ...{ name: 'resend-abuse', attackerGainPieces: 0, attackerGainMoney: 0, boundPieces: 0 },
        ...{ worstHonestLossPieces: 0, honestBans: 0, ok: true, defence: 'too-many-resends' }
      }
    ])
  })

  it('lists every attack, and knows no others', async () => {
    const { exit, out } = await floodgate('list')
    assert.equal(exit, 0)
    for (const { name } of ATTACKS) assert.ok(out.includes(name), name)
    assert.equal((await floodgate('no-such')).exit, 64)
  })
})

describe('hosts: the lab’s own books', function () {
  this.timeout(30_000)

  const attack = (run: Attack['run'], defences: string[] = []): Attack => ({
    ...{ name: 'trial', line: 'for this test', bound: 0, defences, run }
  })

  it('see pieces that were not paid: the gain, the loss, and that it is beyond the bound', async () => {
    const { row, honestLossMoney } = await runAttack(
      attack(async (bed) => {
        const seller = await bed.seller({ complainAfterMs: 0 })
        const rogue = await bed.rogueBuyer()
        await (await rogue.dial(seller)).take(0)
      })
    )
    assert.deepEqual(
      [row.attackerGainPieces, row.worstHonestLossPieces, honestLossMoney, row.ok],
      [1, 1, 2n, false]
    )
  })

  it('see honest trade: nothing gained, nothing lost, by whoever sells', async () => {
    const { row, wrong } = await runAttack(
      attack(async (bed) => {
        const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
        const link = await rogue.dial(seller)
        await link.take(0)
        await link.settle([0])
        await (await bed.buyer()).done()
      })
    )
    assert.deepEqual(wrong, [])
    assert.deepEqual(row, { ...row, attackerGainPieces: 0, attackerGainMoney: 0, ok: true })
  })

  it('see money that came from nowhere', async () => {
    const { row, wrong } = await runAttack(
      attack(async (bed) => {
        const [rogue, buyer] = [await bed.rogue(0n), await bed.buyer()]
        await bed.seller()
        await buyer.done()
        const purse = buyer.wallet.purses.all()[0]!
        const claim = {
          ...{ claimId: '00'.repeat(32), payee: rogue.uid, count: 1, bitmap: Uint8Array.of(0x80) },
          ...{ purseId: Buffer.from(purse.id).toString('hex'), voucher: new Uint8Array(1) }
        }
        await bed.provider.store.execute({
          kind: 'redeem',
          now: bed.provider.now(),
          claims: [claim]
        })
      })
    )
    assert.equal(row.attackerGainMoney, 2)
    assert.ok(wrong.length > 0)
  })

  it('take an attack that met no defence for one that was not made', async () => {
    const { row } = await runAttack(attack(async () => undefined, ['bad-token']))
    assert.equal(row.ok, false)
  })
})

describe('docs/security.md', () => {
  it('has a row for every attack of the lab, in its order', () => {
    const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')
    const table = text.slice(text.indexOf('<!-- attacks -->'), text.indexOf('<!-- /attacks -->'))
    const rows = [...table.matchAll(/^\| `([\w-]+)`\s*\| (.*?)\s*\|/gm)]
    assert.deepEqual(
      rows.map(([, name, line]) => [name, line]),
      ATTACKS.map(({ name, line }) => [name, line])
    )
  })
})
