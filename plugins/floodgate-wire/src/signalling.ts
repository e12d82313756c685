// The provider's tracker over a websocket, for peers that listen on no port: it carries our signed announces, and
// the offers and answers by which browsers connect (the messages of WebTorrent's trackers).

import { FloodgateError, fromBase64url, fromHex, fromUtf8, toBase64url } from '@floodgate/protocol'
import type { AnnounceOptions, TrackerReply } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import { Meetings, hexOf, latin1 } from './meetings.ts'

const REPLY_TIMEOUT_MS = 15_000

type Said = Record<string, unknown>

export class Signalling {
  readonly #meetings: Meetings
  readonly #who: { info_hash: string; peer_id: string }
  #socket: WebSocket | undefined
  #opening: Promise<WebSocket> | undefined
  /** Ends the announce under way: with the tracker's reply, or undefined when there will be none. */
  #replied: (said: Said | undefined) => void = () => undefined

  constructor(torrent: Torrent) {
    this.#meetings = new Meetings(torrent)
    const [info_hash, peer_id] = [torrent.infoHash, torrent.client.peerId].map((id) =>
      latin1(fromHex(id))
    )
    this.#who = { info_hash: info_hash!, peer_id: peer_id! }
  }

  /** Announces, and offers connections: a `Carrier`, for one announce at a time. */
  readonly carry = async (
    api: string,
    { event, left }: AnnounceOptions,
    envelope: Uint8Array
  ): Promise<TrackerReply> => {
    const leaving = event === 'stopped'
    // A closed socket has said so already.
    if (leaving && this.#socket === undefined) throw new FloodgateError('unreachable')
    const socket = await (this.#opening ??= this.#open(`${api.replace(/^http/, 'ws')}/announce`))
    const offers = leaving ? [] : await this.#meetings.offers()
    const said = await this.#ask(socket, {
      ...{ numwant: offers.length, uploaded: 0, downloaded: 0, left },
      ...(event !== '' && { event }),
      ...{ offers, fg: toBase64url(envelope) }
    })
    if (said === undefined) throw new FloodgateError('unreachable', 'websocket')
    return replyOf(said)
  }

  #open(url: string): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url)
      const timer = setTimeout(() => socket.close(), REPLY_TIMEOUT_MS)
      this.#socket = socket
      socket.onopen = () => {
        clearTimeout(timer)
        resolve(socket)
      }
      socket.onmessage = ({ data }) => void this.#receive(data)
      // After an error comes this too.
      socket.onclose = () => {
        clearTimeout(timer)
        this.#lost(socket)
        reject(new FloodgateError('unreachable', url))
      }
    })
  }

  /** The next announce opens another. */
  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return
    this.#socket = this.#opening = undefined
    this.#replied(undefined)
    socket.close()
  }

  #ask(socket: WebSocket, fields: object): Promise<Said | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#lost(socket), REPLY_TIMEOUT_MS)
      this.#replied = (said) => {
        clearTimeout(timer)
        resolve(said)
      }
      if (!this.#send(fields)) this.#replied(undefined)
    })
  }

  #send(fields: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify({ action: 'announce', ...this.#who, ...fields }))
    return true
  }

  /** What names a peer comes from that peer; all else is the tracker's reply. */
  async #receive(data: unknown): Promise<void> {
    const said = read(data)
    const from = hexOf(said?.['peer_id'])
    if (said === undefined || from === undefined) return this.#replied(said)
    const { info_hash, peer_id: to_peer_id, offer_id, offer, answer } = said
    if (info_hash !== this.#who.info_hash) return
    if (answer !== undefined) return this.#meetings.answered(from, offer_id, answer)
    const ours = await this.#meetings.answer(from, offer)
    if (ours !== undefined) this.#send({ to_peer_id, offer_id, answer: ours })
  }

  /** Closes the socket, by which the tracker forgets us. Connections that were made stay. */
  close(): void {
    this.#meetings.close()
    this.#socket?.close()
  }
}

/** A JSON object of the tracker's; undefined when it is anything else. */
function read(data: unknown): Said | undefined {
  try {
    const said: unknown = JSON.parse(String(data))
    return typeof said === 'object' && said !== null ? (said as Said) : undefined
  } catch {
    return undefined
  }
}

/** As over HTTP, but with bytes in base64url. */
function replyOf(said: Said): TrackerReply {
  const text = (name: string): string | undefined =>
    typeof said[name] === 'string' ? said[name] : undefined
  const failure = text('failure reason')
  const fg = fromBase64url(text('fg') ?? '')
  if (failure === undefined) return { failure, fg, code: undefined, time: undefined }
  // With a failure comes the provider's clock, in decimal digits.
  const time = Number((fg && fromUtf8(fg)) || NaN)
  const isTime = Number.isSafeInteger(time)
  return { failure, fg: undefined, code: text('fg code'), time: isTime ? time : undefined }
}
