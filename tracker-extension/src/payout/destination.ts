// Where a payee wants its money, as a payto URI (RFC 8905): one text that can be kept, compared and read by people.
//
//   payto://iban/DE89370400440532013000?receiver-name=Erika+Mustermann
//   payto://stripe/acct_1032D82eZvKYlo2C?country=DE
//   payto://webhook/erika@example?country=DE
//   payto://credit/

import { FloodgateError } from '@floodgate/protocol'
import { IBAN, isIban } from '../bank/iban.ts'

export type DestinationKind = 'iban' | 'stripe' | 'webhook' | 'credit'

export interface Destination {
  kind: DestinationKind
  /** IBAN, Stripe account, or the name by which the operator's own service knows the payee; '' for credit. */
  account: string
  /** Of the account's owner; '' where it needs none. */
  name: string
  /** ISO 3166; '' if it was not said. Of an IBAN, its own. */
  country: string
  /** The canonical text. */
  text: string
}

const ACCOUNTS: Record<DestinationKind, RegExp> = {
  iban: IBAN,
  stripe: /^acct_[A-Za-z0-9]{6,64}$/,
  webhook: /^[\x21-\x7e]{1,128}$/,
  credit: /^$/
}
/** A name as banks take it in a SEPA file: its letters, no longer than its field. */
const NAME = /^[\p{L}\p{N}/\-?:().,'+& ]{1,70}$/u

const bad = (detail: string): FloodgateError => new FloodgateError('bad-request', detail)

function made(kind: DestinationKind, account: string, name: string, country: string): Destination {
  if (!ACCOUNTS[kind].test(account)) throw bad(`destination: ${kind}`)
  if (kind === 'iban' && !isIban(account)) throw bad('destination: the IBAN’s check digits')
  if (kind === 'iban' ? !NAME.test(name) : name !== '') throw bad('destination: receiver-name')
  if (!/^([A-Z]{2})?$/.test(country)) throw bad('destination: country')
  const query = new URLSearchParams({
    ...(name === '' ? {} : { 'receiver-name': name }),
    ...(country === '' || kind === 'iban' ? {} : { country })
  }).toString()
  const path = `payto://${kind}/${encodeURIComponent(account)}`
  const text = query === '' ? path : `${path}?${query}`
  return { kind, account, name, country: kind === 'iban' ? account.slice(0, 2) : country, text }
}

/** Reads a destination. Throws `bad-request` that says what is wrong with it. */
export function parseDestination(text: string): Destination {
  const [, kind = '', path = '', query = ''] =
    /^payto:\/\/([a-z]+)\/([^?#]*)(?:\?([^#]*))?$/.exec(text) ?? []
  if (!Object.hasOwn(ACCOUNTS, kind) || text.length > 512) throw bad('destination')
  let account: string
  try {
    account = decodeURIComponent(path)
  } catch {
    throw bad('destination')
  }
  const said = new URLSearchParams(query)
  const clean = kind === 'iban' ? account.replace(/ /g, '').toUpperCase() : account
  const name = (said.get('receiver-name') ?? '').trim()
  return made(kind as DestinationKind, clean, name, said.get('country') ?? '')
}
