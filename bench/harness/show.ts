// Results for people: a table and a sentence.

import Table from 'cli-table3'
import type { Machine } from '../../hosts/src/machine.ts'
import type { Figure, Outcome } from './bench.ts'

const text = (figure: Figure | undefined): string =>
  figure === null || figure === undefined ? '–' : String(figure)

/** The table, what else is to be said, and what it means. */
export function tableOf(columns: readonly string[], { results, notes, verdict }: Outcome): string {
  const table = new Table({
    head: [...columns],
    style: { head: [], border: [] },
    colAligns: columns.map((column) =>
      typeof results[0]?.[column] === 'number' ? 'right' : 'left'
    )
  })
  for (const row of results) table.push(columns.map((column) => text(row[column])))
  return [table.toString(), ...notes.map((note) => `  ${note}`), verdict].join('\n')
}

export const machineLine = ({ cpus, cpuModel, memoryGiB, node, os }: Machine): string =>
  `${cpus} × ${cpuModel}, ${memoryGiB} GiB, node ${node}, ${os}`
