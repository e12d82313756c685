// Makes bank statements as banks write them: camt.052, 053 and 054, versions 02 and 08, with and without a prefix.

export interface Tx {
  amount: string
  ref?: string
  txId?: string
  endToEnd?: string
  payer?: string
  /** Unstructured lines. */
  text?: string[]
  /** Structured creditor reference. */
  structured?: string
  isReturn?: boolean
}

export interface Entry {
  amount: string
  currency?: string
  side?: 'CRDT' | 'DBIT'
  status?: 'BOOK' | 'PDNG'
  reversal?: boolean
  day?: string
  ref?: string
  entryRef?: string
  /** Payments of a batch that are not shown. */
  batch?: number
  txs?: Tx[]
}

export interface File {
  kind?: '052' | '053' | '054'
  version?: '02' | '08'
  prefix?: string
  iban?: string
  id?: string
  /** Opening and closing balance. */
  balances?: [string, string]
  /** Number and sum of the credits. */
  credits?: [number, string]
  entries: Entry[]
}

export const IBAN = 'DE89370400440532013000'
const CONTAINERS = {
  '052': ['BkToCstmrAcctRpt', 'Rpt'],
  '053': ['BkToCstmrStmt', 'Stmt'],
  '054': ['BkToCstmrDbtCdtNtfctn', 'Ntfctn']
} as const

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** `tag('Amt', '5.00')`; nothing for what is not there. */
const tag = (name: string, content: string | undefined, attributes = ''): string =>
  content === undefined || content === '' ? '' : `<${name}${attributes}>${content}</${name}>`

export function camtFile(file: File): Uint8Array {
  const { kind = '053', version = '08', prefix = '', id = 'S1', entries } = file
  const [container, element] = CONTAINERS[kind]
  const statement = [
    tag('Id', id),
    tag('CreDtTm', '2026-11-20T20:00:00'),
    tag('Acct', tag('Id', tag('IBAN', file.iban ?? IBAN))),
    ...balances(file),
    file.credits === undefined ? '' : totals(file.credits),
    ...entries.map((entry) => entryOf(entry, version))
  ].join('')
  const header = tag('GrpHdr', tag('MsgId', `M-${id}`) + tag('CreDtTm', '2026-11-20T20:00:00'))
  const body = tag(container, header + tag(element, statement))
  const namespace = `urn:iso:std:iso:20022:tech:xsd:camt.${kind}.001.${version}`
  const xmlns = prefix === '' ? 'xmlns' : `xmlns:${prefix}`
  const whole = `<Document ${xmlns}="${namespace}">${body}</Document>`
  const named = prefix === '' ? whole : whole.replace(/<(\/?)(?=\w)/g, `<$1${prefix}:`)
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>\n${named}\n`)
}

function balances({ balances }: File): string[] {
  return (balances ?? []).map((amount, i) => {
    const code = tag('Tp', tag('CdOrPrtry', tag('Cd', i === 0 ? 'OPBD' : 'CLBD')))
    return tag('Bal', code + tag('Amt', amount, ' Ccy="EUR"') + tag('CdtDbtInd', 'CRDT'))
  })
}

const totals = ([count, sum]: [number, string]): string =>
  tag('TxsSummry', tag('TtlCdtNtries', tag('NbOfNtries', String(count)) + tag('Sum', sum)))

function entryOf(entry: Entry, version: string): string {
  const { side = 'CRDT', status = 'BOOK', day = '2026-11-20', currency = 'EUR' } = entry
  const details = (entry.txs ?? []).map((tx) => transactionOf(tx, { side, currency, version }))
  const batch = entry.batch === undefined ? '' : tag('Btch', tag('NbOfTxs', String(entry.batch)))
  return tag(
    'Ntry',
    tag('NtryRef', entry.entryRef) +
      tag('Amt', entry.amount, ` Ccy="${currency}"`) +
      tag('CdtDbtInd', side) +
      (entry.reversal === undefined ? '' : tag('RvslInd', String(entry.reversal))) +
      tag('Sts', version === '02' ? status : tag('Cd', status)) +
      tag('BookgDt', tag('Dt', day)) +
      tag('AcctSvcrRef', entry.ref) +
      tag('NtryDtls', batch + details.join(''))
  )
}

function transactionOf(tx: Tx, on: { side: string; currency: string; version: string }): string {
  const amount = tag('Amt', tx.amount, ` Ccy="${on.currency}"`)
  const name = tag('Nm', escaped(tx.payer ?? 'Ada & Söhne'))
  const structured = tag('Strd', tag('CdtrRefInf', tag('Ref', tx.structured)))
  return tag(
    'TxDtls',
    tag(
      'Refs',
      tag('AcctSvcrRef', tx.ref) +
        tag('EndToEndId', tx.endToEnd ?? 'NOTPROVIDED') +
        tag('TxId', tx.txId)
    ) +
      (on.version === '02'
        ? tag('AmtDtls', tag('TxAmt', amount))
        : amount + tag('CdtDbtInd', on.side)) +
      tag('RltdPties', tag('Dbtr', on.version === '02' ? name : tag('Pty', name))) +
      tag(
        'RmtInf',
        (tx.text ?? []).map((line) => tag('Ustrd', escaped(line))).join('') + structured
      ) +
      (tx.isReturn === true ? tag('RtrInf', tag('Rsn', tag('Cd', 'AC04'))) : '')
  )
}
