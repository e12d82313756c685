// The plaintext of a sealed content (F77) as a file: written beside its name while it comes, and named when it is whole. The
// name is a stranger's choice: what has it already is never written over.

import { createWriteStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { equal } from '@floodgate/protocol'
import type { OpenContent } from '@floodgate/push'
import { isTaken, taken, renameNew } from '../new-file.ts'

export const TAKEN_ADVICE = 'move it away, or say another --out'

interface PlainFile {
  content: OpenContent
  /** Where it comes to lie. */
  file: string
  /** Where it lies until it is whole; what an earlier run left there is written over. */
  beside: string
  signal: AbortSignal
  /** The first bytes are here. */
  onFirst: () => void
}

/** A file that holds just this, from an earlier run, is as good. Throws `bad-option` for any other, and as `stream`. */
export async function writePlain(options: PlainFile): Promise<void> {
  const { content, file, beside, signal, onFirst } = options
  if (await isTaken(file)) {
    if (await holds(file, content, signal)) return
    throw taken(file, TAKEN_ADVICE)
  }
  async function* told(): AsyncGenerator<Uint8Array> {
    let isFirst = true
    for await (const part of content.stream()) {
      if (isFirst) onFirst()
      isFirst = false
      yield part
    }
  }
  try {
    const parts = Readable.from(told(), { objectMode: false })
    await pipeline(parts, createWriteStream(beside, { flush: true }), { signal })
    await renameNew(beside, file, TAKEN_ADVICE)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

async function holds(path: string, content: OpenContent, signal: AbortSignal): Promise<boolean> {
  const found = await stat(path)
  if (!found.isFile() || found.size !== content.length) return false
  const file = await open(path, 'r')
  try {
    let at = 0
    for await (const part of content.stream()) {
      signal.throwIfAborted()
      const { buffer } = await file.read(new Uint8Array(part.length), 0, part.length, at)
      if (!equal(buffer, part)) return false
      at += part.length
    }
    return true
  } finally {
    await file.close()
  }
}
