// Journey 4: split, minimum and rail in a few lines, and a payout that arrives. The example is run as its first lines say: the
// file is there and validates, and after the bank's statement the books say paid.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteLedger } from '@floodgate/tracker'
import { camt053 } from '../tracker/payout/bank.ts'
import { earn, people } from '../tracker/payout/earned.ts'
import { schemaFaults, toIban } from '../tracker/payout/orders.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/payout.ts', import.meta.url))

describe('examples/payout.ts', function () {
  this.timeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-payout-example-'))
  after(() => rmSync(folder, { recursive: true }))

  it('F4 F45 F48: states the policy in at most 8 lines', () => {
    const code = readFileSync(EXAMPLE, 'utf8')
    const policy = /^ {2}payout: \{\n[^]*?^ {2}\}/m.exec(code)?.[0] ?? ''
    for (const part of ['split', 'minimum', 'rail']) assert.ok(policy.includes(`${part}:`))
    assert.ok(policy.split('\n').length <= 8)
  })

  it('F48: pays, and books it as paid when the bank says so', async () => {
    const ledger = join(folder, 'ledger.sqlite')
    const bank = join(folder, 'bank')
    const store = await sqliteLedger(ledger, { currency: 'EUR' })
    await people(store, { bob: toIban(0), carol: toIban(1) })
    await earn(store, 'bob', 8)
    await earn(store, 'carol', 4) // 4.00 EUR: below the minimum
    await store.close()
    const run = (...args: string[]): string[] => {
      const flags = ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning']
      const done = spawnSync(process.execPath, [...flags, EXAMPLE, ledger, bank, ...args])
      assert.equal(done.status, 0, done.stderr.toString())
      return done.stdout.toString().trim().split('\n')
    }
    const [first = '', ...rest] = run()
    assert.deepEqual(rest, [])
    const [id = '', amount, state] = first.split(' ')
    assert.deepEqual([amount, state], ['800', 'submitted'])
    const [file = ''] = readdirSync(bank)
    const xml = readFileSync(join(bank, file), 'utf8')
    assert.deepEqual(await schemaFaults(xml, 'pain.001.001.09'), [])
    assert.ok(xml.includes(`<EndToEndId>${id}<`) && xml.includes('>8.00</InstdAmt>'))

    const statement = join(folder, 'statement.xml')
    writeFileSync(statement, camt053([{ id, way: 'DBIT', amount: '8.00' }]))
    assert.deepEqual(run(statement), [`${id} 800 paid`])
    const again = await sqliteLedger(ledger, { currency: 'EUR' })
    try {
      assert.deepEqual((await again.audit()).faults, [])
      assert.equal((await again.account('bob'))?.balanceMinor, 0n)
      assert.equal((await again.account('carol'))?.balanceMinor, 400n)
    } finally {
      await again.close()
    }
  })
})
