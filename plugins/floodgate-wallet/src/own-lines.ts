// The lines of the provider's log that are about our own money (G13).

import { MESSAGES, decode, type Message } from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, signRequest } from './provider-client.ts'
import type { Wallet } from './wallet.ts'

/** A posting that moved our money, as the provider's log has it. */
export type OwnLine = Message<'posting'>

/** All lines of the account, oldest first. Throws `unreachable` and what the provider refuses with. */
export async function* ownLines(wallet: Wallet): AsyncGenerator<OwnLine> {
  for await (const { line } of linesBehind(wallet, 0)) yield line
}

/** As `ownLines`, from behind the line with this number, each with the bytes that the log holds. */
export async function* linesBehind(
  wallet: Wallet,
  first: number
): AsyncGenerator<{ bytes: Uint8Array; line: OwnLine }> {
  for (let after = first; ;) {
    const { items, read } = await byItsClock(wallet, async () => {
      const frame = await signRequest(wallet, 'linesRequest', { after })
      const url = `${wallet.api}${ROUTES}/log/lines`
      return decode(await ask(url, MESSAGES.lines.bytesMax, frame), 'lines').message
    })
    for (const bytes of items) yield { bytes, line: decode(bytes, 'posting').message }
    if (read <= after) return
    after = read
  }
}
