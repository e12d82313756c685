// When each of the operator's tokens was used last, kept by the running provider for `floodgate token list`.

import { readIfThere, writePrivate, type Home } from './home.ts'

/** Unix milliseconds by the token's name. */
type Uses = Record<string, number>

/** A scrape every few seconds need not be a write every few seconds. */
const WRITE_EVERY_MS = 60_000

export async function readUses({ tokenUses }: Home): Promise<Uses> {
  try {
    return JSON.parse((await readIfThere(tokenUses)) ?? '{}') as Uses
  } catch (error) {
    // It is written whole or not at all; what else became of it is no reason to show no tokens.
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

export class TokenUses {
  readonly #home: Home
  readonly #onError: (error: unknown) => void
  readonly #uses: Uses
  #writtenAt = 0
  #writing: Promise<void> = Promise.resolve()

  private constructor(home: Home, uses: Uses, onError: (error: unknown) => void) {
    this.#home = home
    this.#uses = uses
    this.#onError = onError
  }

  static async open(home: Home, onError: (error: unknown) => void): Promise<TokenUses> {
    return new TokenUses(home, await readUses(home), onError)
  }

  /** The first use of a token is written at once. */
  note(name: string, now: number): void {
    const isNew = this.#uses[name] === undefined
    this.#uses[name] = now
    if (!isNew && now - this.#writtenAt < WRITE_EVERY_MS) return
    this.#writtenAt = now
    this.#write()
  }

  #write(): void {
    const write = (): Promise<void> =>
      writePrivate(this.#home.tokenUses, `${JSON.stringify(this.#uses)}\n`)
    this.#writing = this.#writing.then(write).catch(this.#onError)
  }

  async close(): Promise<void> {
    if (Object.keys(this.#uses).length > 0) this.#write()
    await this.#writing
  }
}
