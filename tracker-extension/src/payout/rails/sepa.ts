// SEPA credit transfers: a batch becomes one pain.001.001.09 file in a folder, from where the operator, or the bank's own
// software, takes it. Message id = batch id, end-to-end id = payout id; the bank's reports come back by these.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FloodgateError, decimalOf } from '@floodgate/protocol'
import { Document } from 'sepa'
import { isIban } from '../../bank/iban.ts'
import { readXml } from '../../bank/xml.ts'
import { writeWhole } from '../../ledger/whole-file.ts'
import type { Destination } from '../destination.ts'
import type { Batch, PayoutRail, Report } from '../rail.ts'
import { CURRENCY, readBankReport } from './bank-report.ts'

export interface SepaOptions {
  /** The provider's account, and its owner's name. */
  iban: string
  name: string
  bic?: string
  /** Where the files lie; made if it is not there. */
  folder: string
  /** The clock, Unix milliseconds. */
  now?: () => number
}

/** What the library makes floats of is exact up to here, and far beyond what a bank takes: 10 billion. */
const SUM_MAX = 10n ** 12n

/** Countries of the SEPA schemes, by the letters of their IBANs (EPC 409-09; territories use those of their state). */
const COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI ' +
    'SK SM VA'
  ).split(' ')
)
/** The Latin letters that every bank takes (EPC 217-08): one name beyond them may have a whole file refused. */
const NAME = /^[A-Za-z0-9/\-?:().,'+ ]{1,70}$/

function refusalOf({ kind, country, name }: Destination): string | undefined {
  if (kind !== 'iban') return 'an IBAN is needed'
  if (!COUNTRIES.has(country)) return `${country} is no SEPA country`
  if (!NAME.test(name) || name.startsWith('/') || name.endsWith('/') || name.includes('//')) {
    return 'the name must be in Latin letters without accents, as banks take them'
  }
  return undefined
}

/** Throws `bad-option` for an account of our own that is none. */
export function sepa(options: SepaOptions): PayoutRail {
  const { iban, name, folder } = options
  if (!isIban(iban)) throw new FloodgateError('bad-option', 'sepa.iban: the check digits')
  if (!/^.{1,70}$/.test(name)) throw new FloodgateError('bad-option', 'sepa.name: 1 to 70 letters')
  return {
    name: 'sepa',
    sink: 'cash',
    words: `SEPA files in ${folder}, from ${iban}`,
    refuses: refusalOf,
    prepare: async (batch) => void fileOf(options, batch),
    async submit(batch) {
      const path = join(folder, `${batch.batch}.xml`)
      const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      // It may be at the bank already: what is there stays, if it says the same.
      if (known !== undefined) expectSame(known, batch)
      else if (batch.orders.length === batch.whole.length) {
        const text = fileOf(options, batch)
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeWhole(path, (beside) => writeFile(beside, text, { mode: 0o600 }))
      } else throw new FloodgateError('conflict', `${path} is gone, and part of it is booked`)
      return batch.orders.map(({ payoutId }): Report => ({
        ...{ payoutId, state: 'submitted', reference: `${batch.batch}.xml`, reason: '' }
      }))
    },
    readsFiles: true,
    reconcile: async (_, file) =>
      file === undefined ? { reports: [], unknown: [] } : readBankReport(file)
  }
}

function fileOf({ iban, name, bic, now = Date.now }: SepaOptions, batch: Batch): string {
  const document = new Document('pain.001.001.09')
  document.grpHdr.id = batch.batch
  document.grpHdr.created = new Date(now())
  document.grpHdr.initiatorName = name
  const info = document.createPaymentInfo()
  info.requestedExecutionDate = new Date(now())
  info.debtorIBAN = iban
  info.debtorName = name
  if (bic !== undefined) info.debtorBIC = bic
  document.addPaymentInfo(info)
  for (const { payoutId, amountMinor, currency, destination } of batch.whole) {
    if (currency !== CURRENCY) throw new FloodgateError('bad-option', 'SEPA moves EUR')
    const transfer = info.createTransaction()
    transfer.creditorName = destination.name
    transfer.creditorIBAN = destination.account
    transfer.amount = Number(decimalOf(amountMinor, CURRENCY))
    transfer.end2endId = payoutId
    transfer.remittanceInfo = `Payout ${payoutId}`
    info.addTransaction(transfer)
    // The library's own id is longer than the 35 letters of the schema.
    transfer.id = payoutId
  }
  const text = document.toString()
  expectSame(text, batch)
  return text
}

/** The library counts in floats: so the file is read again, and must say to the cent what the ledger says (I1). */
function expectSame(text: string, { batch, whole: orders }: Batch): void {
  const sum = orders.reduce((all, { amountMinor }) => all + amountMinor, 0n)
  if (sum > SUM_MAX) throw new FloodgateError('bad-request', 'too much for one file')
  const initiation = readXml(text).root.at('CstmrCdtTrfInitn')
  const info = initiation?.at('PmtInf')
  const found = info
    ?.all('CdtTrfTxInf')
    .map((one) =>
      [
        one.text('PmtId', 'EndToEndId'),
        one.text('Amt', 'InstdAmt'),
        one.text('CdtrAcct', 'Id', 'IBAN')
      ].join(' ')
    )
  const wanted = orders.map(
    ({ payoutId, amountMinor, destination }) =>
      `${payoutId} ${decimalOf(amountMinor, CURRENCY)} ${destination.account}`
  )
  const sumText = decimalOf(sum, CURRENCY)
  const isSame =
    initiation?.text('GrpHdr', 'CtrlSum') === sumText &&
    info?.text('CtrlSum') === sumText &&
    initiation.text('GrpHdr', 'MsgId') === batch &&
    initiation.text('GrpHdr', 'NbOfTxs') === String(orders.length) &&
    found?.join('\n') === wanted.join('\n')
  if (!isSame) throw new FloodgateError('conflict', `the SEPA file of ${batch} says something else`)
}
