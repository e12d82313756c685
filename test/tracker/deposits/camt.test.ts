// Bank statements: what is read out of them, by which names a payment is known again, and what is refused, with its place.
import assert from 'node:assert/strict'
import { codeOf } from '@floodgate/protocol'
import { advicesOf } from '../../../tracker-extension/src/deposits/camt-advices.ts'
import { readStatements } from '../../../tracker-extension/src/deposits/camt.ts'
import { IBAN, camtFile, type Entry, type File } from './camt-files.ts'

const REFERENCE = 'RF18000000000000000X'
const one = (file: File) => readStatements(camtFile(file))[0]!
const advices = (file: File) => advicesOf(one(file)).advices
const namesIn = (file: File): string[][] => advices(file).map(({ names }) => names)

/** Where and why it was refused. */
function refusal(bytes: Uint8Array): string {
  try {
    readStatements(bytes)
  } catch (error) {
    assert.equal(codeOf(error), 'bad-statement')
    return (error as { detail: string }).detail
  }
  throw new Error('it was taken')
}
const text = (xml: string): Uint8Array => new TextEncoder().encode(xml)
const xmlOf = (file: File): string => new TextDecoder().decode(camtFile(file))

const payment: Entry = {
  amount: '12.50',
  ref: 'B-1',
  txs: [{ amount: '12.50', txId: 'T-1', text: ['for my account'], structured: REFERENCE }]
}

describe('deposits: camt statements', () => {
  for (const kind of ['052', '053', '054'] as const) {
    for (const version of ['02', '08'] as const) {
      for (const prefix of ['', 'ns2']) {
        it(`reads camt.${kind}.001.${version}${prefix && ' with a prefix'}`, () => {
          const statement = one({ kind, version, prefix, entries: [payment] })
          assert.equal(statement.iban, IBAN)
          const { path, ...read } = statement.payments[0]!
          assert.match(path, /Ntry.*TxDtls/)
          assert.deepEqual(read, {
            ...{ isCredit: true, isReversal: false, isReturn: false, amountMinor: 1250n },
            ...{ currency: 'EUR', bookedOn: '2026-11-20', bankRef: 'B-1', transactionId: 'T-1' },
            ...{ entryRef: '', payments: 1, payer: 'Ada & Söhne' },
            remittance: ['for my account', REFERENCE]
          })
        })
      }
    }
  }

  it('knows a payment again in every kind of document, by the bank’s reference or the sender’s', () => {
    const [bank, transaction] = namesIn({ entries: [payment] })[0]!
    assert.deepEqual(namesIn({ kind: '054', id: 'N7', entries: [payment] })[0], [bank, transaction])
    const bare: Entry = { ...payment, ref: undefined }
    assert.deepEqual(namesIn({ kind: '052', entries: [bare] })[0], [transaction])
    const inside: Entry = { amount: '12.50', txs: [{ amount: '12.50', ref: 'B-1' }] }
    assert.deepEqual(namesIn({ entries: [inside] })[0], [bank])
  })

  it('never gives two different payments one name', () => {
    const twice = (entry: Entry) => advices({ entries: [entry, entry] })
    // The place of an entry is no name of its own: the next day has an entry 1 too.
    const days = ['2026-11-20', '2026-11-21'].map((day) => ({ amount: '5.00', entryRef: '1', day }))
    const [first, second] = namesIn({ entries: days })
    assert.notDeepEqual(first, second)
    for (const entry of [{ amount: '5.00' }, { amount: '5.00', entryRef: '1' }] as Entry[]) {
      const [a, b] = twice(entry)
      assert.notDeepEqual(a!.names, b!.names)
      assert.deepEqual([a!.hold, b!.hold], ['no-entry-reference', 'no-entry-reference'])
    }
    const batch: Entry = {
      amount: '10.00',
      ref: 'B',
      txs: [{ amount: '5.00' }, { amount: '5.00' }]
    }
    assert.equal(new Set(namesIn({ entries: [batch] }).flat()).size, 2)
    const other = advicesOf(
      readStatements(camtFile({ entries: [payment], iban: 'GB82WEST12345698765432' }))[0]!
    )
    assert.notDeepEqual(other.advices[0]!.names, namesIn({ entries: [payment] })[0])
  })

  it('lists what is no deposit, and says why a person has to look', () => {
    const tx = (more: object) => [{ amount: '5.00', structured: REFERENCE, ...more }]
    const cases: [what: string, entry: Entry][] = [
      ['credit', { amount: '5.00', ref: '1', txs: tx({}) }],
      ['debit', { amount: '5.00', ref: '2', side: 'DBIT', txs: tx({}) }],
      ['reversal', { amount: '5.00', ref: '3', reversal: true, txs: tx({}) }],
      ['return', { amount: '5.00', ref: '4', txs: tx({ isReturn: true }) }],
      ['credit batch-without-details', { amount: '5.00', ref: '5', batch: 3 }]
    ]
    const statement = {
      entries: [...cases.map(([, entry]) => entry), { ...payment, status: 'PDNG' as const }]
    }
    assert.deepEqual(
      advices(statement).map(({ advised, hold }) => `${advised} ${hold}`.trim()),
      cases.map(([what]) => what)
    )
    assert.equal(one(statement).pending, 1)
    assert.equal(one({ entries: [{ ...payment, reversal: false }] }).payments[0]!.isReversal, false)
  })

  it('says where a file is wrong', () => {
    const good = xmlOf({ entries: [payment] })
    const cases: [RegExp, string | Uint8Array][] = [
      [/^line \d+/, good.slice(0, -30)],
      [/^line \d+/, good.replace('</Ntry>', '</Entry>')],
      [/^line|root/, ''],
      [/UTF-8/, Uint8Array.of(0x3c, 0xff, 0xfe)],
      [/ISO-8859-1/, good.replace('UTF-8', 'ISO-8859-1')],
      [/camt\.055/, good.replace('camt.053', 'camt.055')],
      [/001\.13/, good.replace('001.08', '001.13')],
      [/html/, '<html><body>404</body></html>'],
      [/Stmt: DE88/, good.replace(IBAN, `DE88${IBAN.slice(4)}`)],
      [/Stmt: it has no Id/, good.replace('<Id>S1</Id>', '')],
      [/Ntry: no Amt/, good.replace('<Amt Ccy="EUR">12.50</Amt>', '')],
      [/Ntry\/Amt: currency/, good.replace('Ccy="EUR"', 'Ccy="E"')],
      [/Ntry\/Amt: 12,50/, good.replace('>12.50<', '>12,50<')],
      [/Ntry\/Amt: -12/, good.replace('>12.50<', '>-12.50<')],
      [/Ntry\/Amt: 12.505/, good.replace('>12.50<', '>12.505<')],
      [/CdtDbtInd/, good.replace('<CdtDbtInd>CRDT', '<CdtDbtInd>CRIT')],
      [/status/, good.replace('BOOK', 'BOOM')],
      [/stands twice/, good.replace('<CdtDbtInd>', '<CdtDbtInd>DBIT</CdtDbtInd><CdtDbtInd>')]
    ]
    for (const [place, file] of cases) {
      assert.match(refusal(typeof file === 'string' ? text(file) : file), place)
    }
  })

  it('checks what adds up: batches, totals, balances', () => {
    const part = { amount: '5.00' }
    const sums: [RegExp, File][] = [
      [/together/, { entries: [{ amount: '10.01', ref: 'B', txs: [part, part] }] }],
      [/TtlCdtNtries: 2/, { entries: [payment], credits: [2, '12.50'] }],
      [/TtlCdtNtries: 12.51/, { entries: [payment], credits: [1, '12.51'] }],
      [/closing balance/, { entries: [payment], balances: ['100.00', '112.51'] }]
    ]
    for (const [place, file] of sums) assert.match(refusal(camtFile(file)), place)
    const fine: File = { entries: [payment], credits: [1, '12.50'], balances: ['100.00', '112.50'] }
    assert.equal(one(fine).payments.length, 1)
    // The totals of one page are those of all.
    assert.equal(one({ ...fine, kind: '054', credits: [9, '1.00'] }).payments.length, 1)
  })

  it('takes no document type: no entity grows, nothing is fetched', () => {
    const good = xmlOf({ entries: [payment] })
    const laughs = Array.from({ length: 10 }, (_, i) => {
      return `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`
    }).join('')
    const bombs = [
      `<!DOCTYPE Document [<!ENTITY l0 "ha">${laughs}]>`,
      '<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
      '<!doctype Document>'
    ]
    for (const bomb of bombs) {
      assert.match(refusal(text(good.replace('?>', `?>${bomb}`))), /document type/)
    }
    const deep = good.replace(
      '</Document>',
      `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</Document>`
    )
    assert.match(refusal(text(deep)), /nest|depth|tags/i)
    const named = one({ entries: [{ ...payment, txs: [{ amount: '12.50', payer: '&lol; <b>' }] }] })
    assert.equal(named.payments[0]!.payer, '&lol; <b>')
  })
})
