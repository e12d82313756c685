// docs/protocol.md says what the tables say: messages, fields with kinds and limits, errors. What each field is
// for stands in the document alone, and no field may lack it.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import {
  CLAIM_PURSES_MAX,
  HEADER,
  PEERS_MAX,
  PIECES_MAX,
  RESENDS_MAX,
  WINDOW_MAX
} from '@floodgate/protocol'
import { record } from '../../plugins/floodgate-protocol/src/fields.ts'
import { NAMES, rowOf } from './support/shapes.ts'
import { errorTable, fieldRows, headingOf, messageTable } from './support/tables.ts'

const DOC = new URL('../../docs/protocol.md', import.meta.url)
const text = readFileSync(DOC, 'utf8')

/** The section under a heading, up to the next heading of any level. */
function sectionOf(heading: string): string {
  const at = text.indexOf(`\n${heading}\n`)
  assert.ok(at >= 0, `the document has no section "${heading}"`)
  const body = text.slice(at + heading.length + 2)
  const end = body.search(/^#+ /m)
  return end < 0 ? body : body.slice(0, end)
}

/** Cells of the rows below each table's head. */
function rowsOf(section: string): string[][] {
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  const cells = lines.map((line) => line.split('|').slice(1, -1))
  return cells.map((row) => row.map((cell) => cell.trim())).slice(2)
}

/** Tables are compared cell by cell: the formatter pads them. */
const cellsOf = (table: string): string[][] => rowsOf(table)

function expectFields(heading: string, expected: [string, string][]): void {
  const rows = rowsOf(sectionOf(heading))
  assert.deepEqual(
    rows.map(([field, kind]) => [field, kind]),
    expected
  )
  for (const [field, , purpose] of rows)
    assert.ok((purpose ?? '').length > 5, `${field}: what for?`)
}

describe('docs/protocol.md', () => {
  it('has the message table', () => {
    assert.deepEqual(cellsOf(sectionOf('### All messages')), cellsOf(messageTable()))
  })

  it('has the error table', () => {
    assert.deepEqual(cellsOf(sectionOf('## Errors')), cellsOf(errorTable()))
  })

  it('explains every field of the header', () => {
    expectFields('### The header of signed messages', fieldRows(record(HEADER).shape))
  })

  for (const name of NAMES) {
    it(`explains every field of ${name}, and why it may be repeated`, () => {
      expectFields(headingOf(name), fieldRows(record(rowOf(name).fields).shape))
      assert.match(sectionOf(headingOf(name)), /^\*\*Repeated:\*\* .{20}/m)
    })
  }

  it('states the limits', () => {
    const limits = { CLAIM_PURSES_MAX, PEERS_MAX, PIECES_MAX, RESENDS_MAX, WINDOW_MAX }
    const rows = new Map(rowsOf(sectionOf('## Limits')).map(([name, value]) => [name, value]))
    for (const [name, value] of Object.entries(limits)) {
      assert.equal(rows.get(`\`${name}\``), String(value))
    }
  })

  it('names only files that exist', () => {
    for (const [, path] of text.matchAll(
      /`((?:test|plugins|docs|tracker-extension)\/[\w./-]+)`/g
    )) {
      assert.ok(existsSync(new URL(`../../${path!}`, import.meta.url)), path)
    }
  })
})
