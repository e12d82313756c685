// Seals a file: what lies beside it afterwards may be shared with everybody, and read by nobody without its keys.

import { open, rm, stat } from 'node:fs/promises'
import { FloodgateError, platformCrypto } from '@floodgate/protocol'
import { readHeader, sealContent } from '@floodgate/push'
import { isTaken, taken, renameNew } from '../new-file.ts'

interface Sealed {
  /** 32 bytes; of this content alone, so that its leak opens no other. */
  master: Uint8Array
  sealedId: Uint8Array
}

/** Sealed again it would be other bytes: what is for sale would be gone, and with it what was paid for it. */
const ADVICE =
  'what is for sale must stay as it is. Delete it if it is not for sale, or publish the file under another name'

/**
 * Writes the sealed form of the file at `path` to `to`, whole or not at all. Throws `bad-option` when there is a `to` already
 * or `path` is no file, `truncated` when the file shrinks meanwhile, `Stopped`, and what the file system says.
 */
export async function sealFile(
  path: string,
  to: string,
  signal: AbortSignal,
  onProgress: (sealed: number) => void
): Promise<Sealed> {
  const found = await stat(path)
  if (!found.isFile())
    throw new FloodgateError('bad-option', `--sealed takes one file, not ${path}`)
  if (await isTaken(to)) throw taken(to, ADVICE) // before all the work
  const source = await open(path, 'r')
  const beside = `${to}.${process.pid}.tmp`
  const target = await open(beside, 'wx')
  try {
    const master = platformCrypto.random(32)
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await source.read(new Uint8Array(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    }
    let sealedId: Uint8Array | undefined
    let written = 0
    for await (const part of sealContent(platformCrypto, { master, length: found.size, read })) {
      signal.throwIfAborted()
      sealedId ??= readHeader(part).sealedId
      await target.writeFile(part)
      written += part.length
      onProgress(written)
    }
    await target.sync()
    await renameNew(beside, to, ADVICE)
    return { master, sealedId: sealedId! }
  } finally {
    await source.close()
    await target.close()
    await rm(beside, { force: true })
  }
}
