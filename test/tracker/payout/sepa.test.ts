// SEPA files validate against the ISO schema, say to the cent what the ledger says, and are written once; a bank's reports are
// read in the forms that banks send.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDestination, sepa } from '@floodgate/tracker'
import { batchOf, idOf, orderOf, schemaFaults, toIban } from './orders.ts'
import { payoutRailCompliance } from './rail-compliance.ts'
import { camt053, pain002 } from './bank.ts'

const root = mkdtempSync(join(tmpdir(), 'floodgate-sepa-'))
let folders = 0
const own = { iban: 'DE75512108001245126199', name: 'Example & Co' }
const newFolder = () => join(root, String(++folders))
after(() => rmSync(root, { recursive: true }))

payoutRailCompliance('SEPA', [toIban(0), toIban(1), toIban(2, 'Zoe Lukasz')], async () => {
  const folder = newFolder()
  return {
    rail: () => sepa({ ...own, folder }),
    done: () => {
      const found = new Map<string, number>()
      let files: string[] = []
      try {
        files = readdirSync(folder)
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT')
      }
      for (const file of files) {
        const text = readFileSync(join(folder, file), 'utf8')
        for (const [, id] of text.matchAll(/<EndToEndId>(\w+)</g)) {
          found.set(id!, (found.get(id!) ?? 0) + 1)
        }
      }
      return found
    }
  }
})

describe('payout rail: SEPA files', () => {
  const orders = [1n, 99n, 100n, 123_456_789n].map((minor, i) =>
    orderOf(`sepa ${i}`, toIban(i, `O'Neil & Söhne <${i}>`.replace(/[<>]/g, '')), minor)
  )
  const fileOf = async (folder: string): Promise<string> => {
    const batch = batchOf('file', ...orders)
    await sepa({ ...own, folder }).submit(batch)
    return readFileSync(join(folder, `${batch.batch}.xml`), 'utf8')
  }

  it('validate against pain.001.001.09, with exact amounts and sums', async () => {
    const xml = await fileOf(newFolder())
    assert.deepEqual(await schemaFaults(xml, 'pain.001.001.09'), [])
    const amounts = [...xml.matchAll(/<InstdAmt Ccy="EUR">([\d.]+)</g)].map(([, text]) => text)
    assert.deepEqual(amounts, ['0.01', '0.99', '1.00', '1234567.89'])
    const sums = [...xml.matchAll(/<CtrlSum>([\d.]+)</g)].map(([, text]) => text)
    assert.deepEqual(sums, ['1234569.89', '1234569.89'])
    assert.ok(xml.includes(`<MsgId>${idOf('batch file')}</MsgId>`))
    for (const { payoutId } of orders) assert.ok(xml.includes(`<EndToEndId>${payoutId}<`))
  })

  it('are refused by the same check when they are broken', async () => {
    const xml = await fileOf(newFolder())
    const broken = [
      xml.replace(/<EndToEndId>\w+</, `<EndToEndId>${'x'.repeat(36)}<`),
      xml.replace('<InstdAmt Ccy="EUR">0.01', '<InstdAmt Ccy="EUR">0.000001'),
      xml.replace(/<IBAN>\w+</, '<IBAN>no<'),
      xml.replace('<NbOfTxs>4</NbOfTxs>', '')
    ]
    for (const text of broken) {
      assert.notEqual(text, xml)
      assert.notDeepEqual(await schemaFaults(text, 'pain.001.001.09'), [])
    }
  })

  it('are not written over: a file of other orders is a conflict', async () => {
    const folder = newFolder()
    const xml = await fileOf(folder)
    const path = join(folder, `${idOf('batch file')}.xml`)
    writeFileSync(path, xml.replace('1234567.89', '1234567.80'))
    await assert.rejects(fileOf(folder), { code: 'conflict' })
  })

  it('are for accounts of SEPA and names that every bank takes; others are refused with the reason', () => {
    const rail = sepa({ ...own, folder: newFolder() })
    const refusal = (to: string) => rail.refuses(parseDestination(to)) ?? ''
    assert.equal(refusal(toIban(0, "Anne-Marie O'Neil (2)")), '')
    for (const name of ['Zoë Müller', 'Łukasz', 'Иван', 'A & B', '/x', 'a//b']) {
      assert.match(refusal(toIban(0, name)), /Latin letters/, name)
    }
    const brazil = 'payto://iban/BR1800360305000010009795493C1?receiver-name=Ana'
    assert.equal(refusal(brazil), 'BR is no SEPA country')
  })

  it('are made of EUR only, and of an IBAN whose digits check', async () => {
    const rail = sepa({ ...own, folder: newFolder() })
    const dollars = { ...orders[0]!, currency: 'USD' }
    await assert.rejects(rail.prepare(batchOf('usd', dollars)), { code: 'bad-option' })
    // Wrong digits, and right ones on what is too short for an account.
    for (const iban of ['DE75512108001245126198', 'DE1312345']) {
      assert.throws(() => sepa({ ...own, iban, folder: root }), { code: 'bad-option' }, iban)
    }
  })
})

describe('payout rail: what a bank says', () => {
  const [one = '', two = '', three = ''] = ['one', 'two', 'three'].map(idOf)
  const read = (file: string) => sepa({ ...own, folder: root }).reconcile([], file)

  it('reads a status report: refused with the bank’s reason, settled, and not yet', async () => {
    const file = pain002('msg', [
      { id: one, status: 'RJCT', code: 'AC04' },
      { id: two, status: 'ACSC' },
      { id: three, status: 'ACSP' }
    ])
    assert.deepEqual(await schemaFaults(file, 'pain.002.001.10'), [])
    const { reports } = await read(file)
    assert.deepEqual(
      reports.map(({ payoutId, state, reason }) => [payoutId, state, reason]),
      [
        [one, 'failed', 'AC04'],
        [two, 'paid', '']
      ]
    )
  })

  it('reads a status report of a whole message', async () => {
    const { reports } = await read(pain002(idOf('batch'), [], 'RJCT'))
    assert.deepEqual(
      reports.map(({ payoutId, state }) => [payoutId, state]),
      [[idOf('batch'), 'failed']]
    )
  })

  it('reads the refusal of a payment info that names no transfers, with its reason', async () => {
    const refused =
      '<OrgnlPmtInfAndSts><OrgnlPmtInfId>i</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>' +
      '<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></OrgnlPmtInfAndSts>'
    const file = pain002(idOf('batch'), []).replace('</CstmrPmtStsRpt>', `${refused}$&`)
    const { reports } = await read(file)
    assert.deepEqual(
      reports.map(({ payoutId, state, reason }) => [payoutId, state, reason]),
      [[idOf('batch'), 'failed', 'AC01']]
    )
  })

  it('a refusal as a duplicate, wherever it stands, says nothing of what came first', async () => {
    const file = pain002(idOf('batch'), [], 'RJCT', 'DU01')
    assert.deepEqual(await schemaFaults(file, 'pain.002.001.10'), [])
    const info = '<OrgnlPmtInfAndSts><OrgnlPmtInfId>i</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>'
    const because = '<StsRsnInf><Rsn><Cd>DU02</Cd></Rsn></StsRsnInf>'
    const withInfo = (text: string, more = '') =>
      text.replace('</CstmrPmtStsRpt>', `${info}${more}</OrgnlPmtInfAndSts>$&`)
    const rejected = [{ id: one, status: 'RJCT' }]
    for (const [text, unknown] of [
      [file, idOf('batch')],
      [withInfo(file), idOf('batch')],
      [withInfo(pain002(idOf('batch'), [], 'RJCT'), because), idOf('batch')],
      [pain002('msg', rejected, 'RJCT', 'AM05'), one],
      [pain002('msg', [{ id: one, status: 'RJCT', code: 'DU04' }]), one]
    ] as const) {
      assert.deepEqual(await read(text), { reports: [], unknown: [unknown] }, text)
    }
  })

  it('an odd amount of other business refuses no file, and a DOCTYPE does', async () => {
    const file = camt053([
      { id: 'SALARY-7', way: 'DBIT', amount: '1.00000' },
      { id: one, way: 'DBIT', amount: '12.50' }
    ])
    const { reports } = await read(file)
    assert.equal(reports.find(({ payoutId }) => payoutId === one)?.amountMinor, 1250n)
    const typed = file.replace('<Document', '<!DOCTYPE Document [<!ENTITY a "b">]><Document')
    await assert.rejects(read(typed), { code: 'bad-statement' })
  })

  it('reads amounts with zeros behind them, and none without a currency or of another', async () => {
    const file = camt053([{ id: one, way: 'DBIT', amount: '12.50000' }])
    const minorIn = async (text: string) => (await read(text)).reports[0]?.amountMinor
    assert.equal(await minorIn(file), 1250n)
    assert.equal(await minorIn(file.replace(' Ccy="EUR"', '')), -1n)
    assert.equal(await minorIn(file.replace('12.50000', '12.50001')), -1n)
    assert.equal(await minorIn(file.replace('"EUR"', '"USD"')), -1n)
  })

  it('guesses at no word: one that is not the standard’s is damage, or for a person to look at', async () => {
    const statement = camt053([{ id: one, way: 'DBIT', amount: '12.50' }])
    for (const [word, odd] of [
      ['DBIT', 'DBJT'],
      ['BOOK', 'BOOL'],
      ['ref-', 'ref\0']
    ] as const) {
      await assert.rejects(read(statement.replace(word, odd)), { code: 'bad-statement' }, odd)
    }
    for (const status of ['RJCU', 'CANC']) {
      const told = await read(pain002('msg', [{ id: one, status }]))
      assert.deepEqual(told, { reports: [], unknown: [one] })
    }
    const whole = await read(pain002(idOf('batch'), [], 'RJCU'))
    assert.deepEqual(whole, { reports: [], unknown: [idOf('batch')] })
  })

  it('keeps of what a bank writes for people no more than a ledger does', async () => {
    const file = pain002('msg', [{ id: one, status: 'RJCT', code: 'AC04' }])
    const long = file.replace('</Rsn>', `$&<AddtlInf>${'x'.repeat(5000)}</AddtlInf>`)
    assert.equal((await read(long)).reports[0]?.reason.length, 512)
  })

  it('reads a statement: debits have left, returns have come back with their reason', async () => {
    const file = camt053([
      { id: one, way: 'DBIT', amount: '12.50' },
      { id: two, way: 'CRDT', amount: '3.00', returned: 'AC01' },
      { id: three, way: 'CRDT', amount: '99.00' },
      { id: 'NOTPROVIDED', way: 'CRDT', amount: '1.00' },
      { id: idOf('pending'), way: 'DBIT', amount: '1.00', status: 'PDNG' }
    ])
    const { reports, unknown } = await read(file)
    assert.deepEqual(
      reports.map(({ payoutId, state, reason, amountMinor }) => [
        payoutId,
        state,
        reason,
        amountMinor
      ]),
      [
        [one, 'paid', '', 1250n],
        [two, 'returned', 'AC01', 300n]
      ]
    )
    assert.deepEqual(unknown, [three])
  })

  it('refuses what is no report', async () => {
    for (const file of ['', 'a letter', '<a>', '<Document/>', '<Document><Other/></Document>']) {
      await assert.rejects(read(file), { code: 'bad-statement' })
    }
  })
})
