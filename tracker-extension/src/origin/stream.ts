// Sends bytes of a file over a connection: as fast as the rates and the reader allow, holding no more than a chunk or two
// for each, and freeing everything when either side goes away.

import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { FloodgateError } from '@floodgate/protocol'
import { Patience } from './patience.ts'
import type { ByteRange } from './range.ts'

/** What is read, paced and written at a time. */
const CHUNK_BYTES = 64 * 1024

export interface StreamOptions {
  /** Resolves when so many bytes may go. */
  pace: (bytes: number, signal: AbortSignal) => Promise<void>
  /** Told of what is handed to the connection. */
  sent: (bytes: number) => void
  /** Breaks it off. */
  signal: AbortSignal
  /** Of the reader's {@link Patience}. */
  stallMs: number
}

/**
 * Sends the range, and closes the file. Resolves when all of it was handed to the connection, or when it was broken off by
 * whoever reads or by the signal; then the connection is destroyed, for the response is short. Rejects when the file cannot
 * be read to its end.
 */
export async function streamFile(
  file: FileHandle,
  { start, end }: ByteRange,
  response: ServerResponse,
  { pace, sent, signal, stallMs }: StreamOptions
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let fault: unknown
  const stalled = (): void => void response.destroy()
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const ended = AbortSignal.any([signal, gone.signal])
  async function* paced(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let left = end - start + 1
    const patience = new Patience(stallMs)
    try {
      for await (const chunk of chunks) {
        clearTimeout(timer)
        patience.took(performance.now())
        await pace(chunk.length, ended)
        sent(chunk.length)
        left -= chunk.length
        // Runs until the connection has taken the chunk and asks for more, or has taken the last.
        timer = setTimeout(stalled, patience.gave(chunk.length, performance.now()))
        yield chunk
      }
      if (left > 0) throw new FloodgateError('no-source', 'the file has become shorter')
    } catch (error) {
      if (!ended.aborted) fault = error
      throw error
    }
  }
  try {
    const chunks = file.createReadStream({ start, end, highWaterMark: CHUNK_BYTES })
    await pipeline(chunks, paced, response, { signal })
  } catch {
    response.destroy()
    if (fault !== undefined) throw fault
  } finally {
    clearTimeout(timer)
  }
}
