// What a figure was measured on.

import { cpus, release, totalmem, type } from 'node:os'

export interface Machine {
  cpus: number
  cpuModel: string
  memoryGiB: number
  node: string
  os: string
}

export function machine(): Machine {
  const all = cpus()
  return {
    cpus: all.length,
    cpuModel: all[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round((10 * totalmem()) / 1024 ** 3) / 10,
    node: process.version,
    os: `${type()} ${release()}`
  }
}
