// Orders and batches for tests of rails, and the check of a file against its ISO schema.
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { validateXML } from 'xmllint-wasm'
import { parseDestination, type Batch, type Order } from '@floodgate/tracker'

export const IBANS = ['DE89370400440532013000', 'FR1420041010050500013M02606', 'NL91ABNA0417164300']
export const idOf = (name: string): string =>
  createHash('sha256').update(name).digest('hex').slice(0, 32)

export function orderOf(name: string, to: string, amountMinor = 1250n): Order {
  return {
    ...{ payoutId: idOf(name), uid: idOf(`uid ${name}`), amountMinor, currency: 'EUR' },
    ...{ destination: parseDestination(to), reference: '' }
  }
}

export const batchOf = (name: string, ...orders: Order[]): Batch => ({
  batch: idOf(`batch ${name}`),
  orders,
  whole: orders
})

export const toIban = (i: number, name = 'Erika Mustermann'): string =>
  `payto://iban/${IBANS[i % IBANS.length]!}?${new URLSearchParams({ 'receiver-name': name }).toString()}`

/** What xmllint has against the file; none if it is valid. */
export async function schemaFaults(xml: string, schema: string): Promise<string[]> {
  const xsd = readFileSync(new URL(`../../vectors/iso20022/${schema}.xsd`, import.meta.url), 'utf8')
  const { errors } = await validateXML({
    xml: [{ fileName: 'file.xml', contents: xml }],
    schema: [xsd]
  })
  return errors.map(({ message }) => message)
}
