// Tables for people, without the library's own colours: they would be noise in a file.

import Table from 'cli-table3'

type Cell = string | number

interface Column {
  head: string
  /** Numbers stand at the right. */
  right?: boolean
}

export function table(columns: Column[], rows: Cell[][]): string {
  const drawn = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
    style: { head: [], border: [], compact: true }
  })
  drawn.push(...rows)
  return drawn.toString()
}
