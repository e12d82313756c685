// Where an open wallet's saves go: a file beside the wallet with two places, written in turn, in place. To
// overwrite and `fdatasync` costs a tenth of writing a new file and renaming it, above all while a download
// fills the same disk: a rename makes the file system flush that first. Whoever opens the wallet after a
// crash finds the last save in one of the places, and the one before in the other if that was torn.

import { createHash } from 'node:crypto'
import { open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { decodeState, encodeState, type WalletState } from './state.ts'

/** Smallest place, in bytes: a wallet of a hundred purses fits. */
const PLACE_MIN = 64 * 1024
const NEWLINE = 0x0a

/** Names the wallet file that the saves go on from: saves on top of another one are void. */
const baseOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

export class LiveFile {
  readonly #path: string
  readonly #file: FileHandle
  readonly #base: string
  readonly #placeBytes: number
  /** What the last save filled of a place, and newlines. One save is written at a time. */
  readonly #place: Buffer
  #filled = 0
  #sequence = 0

  private constructor(path: string, file: FileHandle, base: string, placeBytes: number) {
    this.#path = path
    this.#file = file
    this.#base = base
    this.#placeBytes = placeBytes
    this.#place = Buffer.alloc(placeBytes, NEWLINE)
  }

  /** Makes the file, with all its bytes on the disk, for saves on top of the wallet file's `text`. */
  static async create(path: string, text: string): Promise<LiveFile> {
    const placeBytes = Math.max(PLACE_MIN, 2 ** Math.ceil(Math.log2(text.length * 2)))
    await rm(path, { force: true })
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(Buffer.alloc(2 * placeBytes, NEWLINE))
      await file.sync()
    } catch (error) {
      await file.close()
      throw error
    }
    return new LiveFile(path, file, baseOf(text), placeBytes)
  }

  /** Saves durably; false when the state has outgrown its place. A save that fails spoils no earlier one. */
  async write(state: WalletState): Promise<boolean> {
    const sequence = this.#sequence + 1
    const text = `${this.#base} ${sequence}\n${encodeState(state)}`
    if (Buffer.byteLength(text) >= this.#placeBytes) return false
    const filled = this.#place.write(text)
    if (filled < this.#filled) this.#place.fill(NEWLINE, filled, this.#filled)
    this.#filled = filled
    await this.#file.write(this.#place, 0, this.#placeBytes, (sequence % 2) * this.#placeBytes)
    await this.#file.datasync()
    this.#sequence = sequence
    return true
  }

  /** Ends it, after the wallet file itself has it all. */
  async remove(): Promise<void> {
    await this.#file.close()
    await rm(this.#path, { force: true })
  }

  /** Lets go of the file and leaves it. */
  close(): Promise<void> {
    return this.#file.close()
  }
}

/** The last save that a crashed process left on top of the wallet file's `text`, if any. */
export async function lastSave(path: string, text: string): Promise<WalletState | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const half = bytes.length / 2
  const places = [bytes.subarray(0, half), bytes.subarray(half)]
  const saves = places.map((place) => readPlace(place.toString(), baseOf(text)))
  return saves.filter((save) => save !== undefined).sort((a, b) => b.sequence - a.sequence)[0]
    ?.state
}

function readPlace(
  text: string,
  base: string
): { sequence: number; state: WalletState } | undefined {
  const [head = '', ...lines] = text.trimEnd().split('\n')
  const [over, sequence] = head.split(' ')
  if (over !== base) return undefined
  try {
    return { sequence: Number(sequence), state: decodeState(lines.join('\n')) }
  } catch {
    return undefined // torn: the process died while it wrote, and nobody was told that it is saved
  }
}
