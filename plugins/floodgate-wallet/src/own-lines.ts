// The lines of the provider's log that are about our own money (G13).

import { MESSAGES, codeOf, decode, toHex, type Message } from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, signRequest } from './provider-client.ts'
import type { Wallet } from './wallet.ts'

/** A posting that moved our money, as the provider's log has it. */
export type OwnLine = Message<'posting'>

/** A long history takes more pages than the provider gives at once. */
const PAUSE_MS = 1000
const PAUSES_MAX = 30

/** A line as the log holds it, and what it says. */
interface LoggedLine {
  bytes: Uint8Array
  line: OwnLine
  /** Why it was posted, by the provider's word: the log does not hold it. */
  reason: string
}

/** The name of this account in postings. */
export const ownAccount = (wallet: Wallet): string => `peer:${toHex(wallet.uid)}`

/**
 * One page of lines behind `after`, once the provider has time for it. Throws `too-many-requests` when it has none for half a
 * minute.
 */
async function linesAfter(wallet: Wallet, after: number): Promise<Message<'lines'>> {
  for (let pauses = 0; ; pauses++) {
    try {
      return await askLines(wallet, after)
    } catch (error) {
      if (codeOf(error) !== 'too-many-requests' || pauses === PAUSES_MAX) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

const askLines = (wallet: Wallet, after: number): Promise<Message<'lines'>> =>
  byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'linesRequest', { after })
    const url = `${wallet.api}${ROUTES}/log/lines`
    return decode(await ask(url, MESSAGES.lines.bytesMax, frame), 'lines').message
  })

/** All lines of the account and why they were posted, oldest first. Throws `unreachable` and what the provider refuses with. */
export async function* ownLines(wallet: Wallet): AsyncGenerator<OwnLine & { reason: string }> {
  for await (const { line, reason } of linesBehind(wallet, 0)) yield { ...line, reason }
}

/** As `ownLines`, from behind the line with this number, each with the bytes that the log holds. */
export async function* linesBehind(wallet: Wallet, first: number): AsyncGenerator<LoggedLine> {
  for await (const { lines } of pagesBehind(wallet, first)) yield* lines
}

/** As `linesBehind`, by the page; `read` is the last line that the provider looked at, ours or not. */
export async function* pagesBehind(
  wallet: Wallet,
  first: number
): AsyncGenerator<{ lines: LoggedLine[]; read: number }> {
  for (let after = first; ;) {
    const { items, reasons, read } = await linesAfter(wallet, after)
    const lines = items.map((bytes, at) => {
      return { bytes, line: decode(bytes, 'posting').message, reason: reasons[at] ?? '' }
    })
    yield { lines, read }
    if (read <= after) return
    after = read
  }
}
