// Statements: every entry with its running balance, sums that are the ledger's, in CSV that no spreadsheet takes for formulas.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decimalOf } from '@floodgate/protocol'
import { memoryLedger, type LedgerStore } from '@floodgate/tracker'
import { createOutput, type Output } from '../../hosts/src/output.ts'
import { writeLedger } from '../../hosts/src/statement/of-ledger.ts'
import { EVER, Statement, type Entry } from '../../hosts/src/statement/statement.ts'
import { StatementWriter, defused } from '../../hosts/src/statement/write.ts'
import { parseDays } from '../../hosts/src/units.ts'
import type { Line } from '../../hosts/src/show/child.ts'
import { claimed, redeem } from '../tracker/mint/trade.ts'
import * as w from '../tracker/mint/world.ts'
import { KIB, Stage } from './stage.ts'

const DAY_MS = 24 * 3600e3
const COMMAND = fileURLToPath(new URL('../../hosts/bin/floodgate.js', import.meta.url))

/** What a command says to people on stdout. */
async function said(...args: string[]): Promise<string> {
  const env = { ...process.env, FLOODGATE_PASSPHRASE: 'correct horse' }
  return (await promisify(execFile)(process.execPath, [COMMAND, ...args], { env })).stdout
}

/** Cells of CSV without line breaks in its cells. */
const cellsOf = (csv: string): string[][] =>
  csv
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, 8).map(([, c]) => c!)
    )

describe('hosts: statements', function () {
  this.timeout(60_000)

  it('I1: the balances of a trade’s statement are the ledger’s, for any split in time', async () => {
    const store = memoryLedger({ currency: 'EUR' })
    const world = await w.startWorld({ ledger: store })
    const [buyer, seller] = [await w.register(world, 100n), await w.register(world)]
    world.clock.now += 1000
    const bought = await w.buy(world, buyer, await w.publish(world))
    world.clock.now += 1000
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [0, 1])])
    const lines = await store.journal()
    const entriesOf = (period = EVER, only?: string, now = Infinity): Entry[] => {
      const statement = new Statement(period, now, only)
      const taken = lines.flatMap(({ purseId: purse, ...line }) =>
        statement.take({ ...line, purse })
      )
      return [...taken, ...statement.closings()]
    }
    const all = entriesOf()
    const sums = await store.sums()
    for (const { kind, debitsMinor, creditsMinor } of sums) {
      const own = all.filter(({ account }) => account.split(':')[0] === kind)
      const closing = own.filter((entry) => entry.kind === 'closing')
      const minor = kind === 'cash' ? debitsMinor - creditsMinor : creditsMinor - debitsMinor
      const sumOf = (entries: Entry[], field: 'amountMinor' | 'balanceMinor'): bigint =>
        entries.reduce((sum, entry) => sum + entry[field], 0n)
      assert.equal(sumOf(own, 'amountMinor'), minor, kind)
      assert.equal(sumOf(closing, 'balanceMinor'), minor, kind)
    }
    const account = `peer:${buyer.uidHex}`
    const brief = (entries: Entry[]) =>
      entries.map((one) => [one.kind, one.amountMinor, one.balanceMinor])
    assert.deepEqual(brief(entriesOf(undefined, account)), [
      ['deposit', 100n, 100n],
      ['purchase', -30n, 70n],
      ['closing', 0n, 70n]
    ])
    const late = { from: w.START + 1, to: Infinity }
    assert.deepEqual(brief(entriesOf(late, account)), [
      ['opening', 0n, 100n],
      ['purchase', -30n, 70n],
      ['closing', 0n, 70n]
    ])
    const early = { from: 0, to: w.START + 1000 }
    assert.deepEqual(brief(entriesOf(early, account)).at(-1), ['closing', 0n, 100n])
    // A month that is not over is stated as of now, or of its last entry where that is later by another clock.
    const month = { from: w.START, to: w.START + 30 * DAY_MS }
    const last = Math.max(...lines.map(({ at }) => at))
    const closedAt = (now: number): number => entriesOf(month, 'cash', now).at(-1)!.at
    assert.equal(closedAt(w.START + DAY_MS), w.START + DAY_MS)
    assert.equal(closedAt(month.to + 1), month.to - 1)
    assert.equal(closedAt(w.START - 1), Math.min(last, w.START))
    await world.close()
  })

  it('the ledger is asked for a reason once a posting, and only where there may be one', async () => {
    const store = memoryLedger({ currency: 'EUR' })
    const world = await w.startWorld({ ledger: store })
    const buyer = await w.register(world, 100n)
    const film = await w.publish(world)
    world.clock.now += 1000
    await w.buy(world, buyer, film)
    await w.fund(world, buyer.uidHex, 5n)
    const [, , last] = await store.journal()
    const asked: string[] = []
    const watched: LedgerStore = {
      ...store,
      reason(kind, ref) {
        asked.push(`${kind} ${ref}`)
        return store.reason(kind, ref)
      }
    }
    const told: string[] = []
    const out: Output = {
      ...createOutput(true),
      tell(_, fields: { kind?: string; reason?: string }) {
        told.push(`${fields.kind} ${fields.reason}`)
      }
    }
    const titleOf = async (): Promise<string> => ''
    const writer = new StatementWriter(out, { currency: 'EUR', csv: false, titleOf })
    const late = new Statement({ from: w.START + 1, to: Infinity }, w.START, 'cash')
    await writeLedger(watched, late, writer)
    assert.deepEqual(told, ['opening ', 'deposit test', 'closing '])
    assert.deepEqual(asked, [`deposit ${last!.ref}`])
    asked.length = 0
    await writeLedger(watched, new Statement(EVER, w.START), writer)
    assert.equal(asked.length, 2)
    await world.close()
  })

  it('amounts are exact decimals, days and months begin and end in UTC', () => {
    assert.equal(decimalOf(-9_007_199_254_740_993_001n, 'EUR'), '-90071992547409930.01')
    assert.equal(decimalOf(5n, 'JPY'), '5')
    assert.equal(decimalOf(5n, 'KWD'), '0.005')
    const at = (text: string): number => Date.parse(text)
    assert.deepEqual(parseDays('2026-12'), { from: at('2026-12-01'), to: at('2027-01-01') })
    assert.deepEqual(parseDays('2026-11-30'), { from: at('2026-11-30'), to: at('2026-12-01') })
    for (const text of ['2026', '2026-13', '2026-1', 'x']) assert.throws(() => parseDays(text))
  })

  it('texts that begin like a formula are defused, others stay as they are', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1']) {
      assert.equal(defused(text), `'${text}`)
    }
    for (const text of ['', 'Film', '1-1', "'x", 'a=b']) assert.equal(defused(text), text)
  })

  it('a peer’s and the provider’s, as CSV and JSON, end in the balances of the ledger', async () => {
    const stage = await Stage.open('--port', '0')
    try {
      const film = await stage.publish('=SUM(A1).bin', 200 * KIB, { price: 3 })
      const ann = await stage.person('ann', 1250n)
      await stage.get(ann, film.torrent).succeeded()
      const { balance } = await stage.account(ann)
      const csv = await said('wallet', 'statement', '--wallet', ann.wallet, '--csv')
      const [head, ...rows] = cellsOf(csv)
      assert.deepEqual(head!.slice(0, 4), ['date', 'kind', 'reference', 'content'])
      assert.deepEqual(
        rows.map(([, kind]) => kind),
        ['deposit', 'purchase', 'closing']
      )
      assert.equal(rows[1]![3], "'=SUM(A1).bin")
      assert.deepEqual(rows[0]!.slice(5), ['12.50', '12.50', 'EUR'])
      assert.equal(rows.at(-1)![6], decimalOf(balance, 'EUR'))
      const none = await said(
        'wallet',
        'statement',
        '--wallet',
        ann.wallet,
        '--to',
        '2020-01',
        '--csv'
      )
      assert.equal(cellsOf(none).length, 1)

      assert.equal(await stage.provider.stop(), 0)
      const own = cellsOf(await said('statement', '--data', stage.shop, '--uid', ann.uid, '--csv'))
      assert.deepEqual(own.slice(1), rows)
      assert.match(
        await said('statement', '--data', stage.shop, '--csv'),
        /,reason\r\n.*,a test\r\n/s
      )
      const child = stage.start('statement', '--data', stage.shop)
      await child.succeeded()
      const closing = child.seen('entry').filter(({ kind }) => kind === 'closing')
      const books = await stage.command('books', 'books', '--data', stage.shop)
      const expected = (books['accounts'] as Line[]).map(({ account, debits, credits }) => {
        const minor = BigInt(String(credits)) - BigInt(String(debits))
        return [account, String(account === 'cash' ? -minor : minor)]
      })
      assert.deepEqual(
        closing.map((line) => [line['account'], line['balance']]).sort(),
        expected.sort()
      )
      assert.ok(closing.length >= 3)
      const [sums] = child.seen('sums')
      assert.equal(sums!['cashMinor'], '1250')
      assert.equal(sums!['accountsMinor'], '1250')
      const all = await said('statement', '--data', stage.shop)
      const [into, onto] = all.split('\n').filter((line) => line.includes(' deposit '))
      assert.match(into!, / deposit +cash +12\.50 EUR .* a test$/)
      assert.match(onto!, new RegExp(` deposit +peer:${ann.uid} +12\\.50 EUR .* a test$`))
      assert.match(all, /cash stands at 12\.50 EUR, all other accounts together at 12\.50 EUR\n$/)
      const nobody = stage.start('statement', '--data', stage.shop, '--uid', '0'.repeat(32))
      assert.equal((await nobody.until('error'))['code'], 'unknown-account')
    } finally {
      await stage.close()
    }
  })
})
