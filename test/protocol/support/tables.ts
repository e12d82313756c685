// The tables of docs/protocol.md, made from the message table and the error table.

import { ERRORS, type MessageName } from '@floodgate/protocol'
import type { Shape } from '../../../plugins/floodgate-protocol/src/fields.ts'
import { NAMES, rowOf } from './shapes.ts'

const hex = (id: number): string => `0x${id.toString(16).padStart(2, '0')}`
const line = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`

export const headingOf = (name: MessageName): string => `### ${hex(rowOf(name).id)} ${name}`

export function messageTable(): string {
  const sealed = { no: 'no', session: 'in a frame', box: 'in a box' }
  return [
    line('id', 'message', 'from', 'signed', 'sealed', 'bytes at most'),
    line('--', '--', '--', '--', '--', '--'),
    ...NAMES.map((name) => {
      const row = rowOf(name)
      const signed = row.signed ? 'yes' : 'no'
      return line(hex(row.id), name, row.from, signed, sealed[row.sealed], row.bytesMax)
    })
  ].join('\n')
}

export function errorTable(): string {
  return [
    line('code', 'whose fault', 'try again', 'HTTP', 'exit', 'meaning'),
    line('--', '--', '--', '--', '--', '--'),
    ...Object.entries(ERRORS).map(([code, { blame, retry, http, exit, text }]) =>
      line(`\`${code}\``, blame, retry ? 'yes' : 'no', http, exit, text)
    )
  ].join('\n')
}

const range = (min: number, max: number): string => (min === max ? `${max}` : `${min}–${max}`)

function kindText(shape: Shape): string {
  switch (shape.kind) {
    case 'bytes':
      return `${range(shape.min, shape.max)} bytes`
    case 'text':
      return `text, ${range(shape.min, shape.max)} bytes`
    case 'uint':
      return shape.max === Number.MAX_SAFE_INTEGER ? '0–2^53 − 1' : range(shape.min, shape.max)
    case 'amount':
      return 'amount'
    case 'list':
      return shape.of.kind === 'record'
        ? `list of ${range(shape.min, shape.max)} dictionaries`
        : `list of ${range(shape.min, shape.max)} × ${kindText(shape.of)}`
    case 'record':
      return 'dictionary'
  }
}

/** The first two columns of a field table, in the order in which the fields are encoded. */
export function fieldRows(shape: Shape, prefix = ''): [field: string, kind: string][] {
  if (shape.kind === 'list') return fieldRows(shape.of, `${prefix.slice(0, -1)}[].`)
  if (shape.kind !== 'record') return []
  return Object.entries(shape.fields).flatMap(([name, field]) => [
    [`\`${prefix}${name}\``, kindText(field)],
    ...fieldRows(field, `${prefix}${name}.`)
  ])
}
