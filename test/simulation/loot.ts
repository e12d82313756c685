// What colluders know and hold together: every message that one of them heard, every token, piece and voucher. They
// share all of it at once.

import {
  emptyBitmap,
  hasBit,
  setBit,
  toHex,
  withBits,
  xorInto,
  type MessageName
} from '@floodgate/protocol'
import type { Member, OwnPurse } from './member.ts'

export interface Heard {
  name: MessageName
  bytes: Uint8Array
  /** Uid in hex of who said it, and to whom. */
  from: string
  to: string
  /** Of a request, delivery or payment. */
  indexes: number[]
  purse: string
}

/** What one payee was paid from one purse: the sums that a voucher says. */
export interface Book {
  bitmap: Uint8Array
  xor: Uint8Array
  count: number
  /** The last voucher: of our own purses as we signed it, of an honest buyer's as it came. */
  voucher: Uint8Array
}

const HEARD_MAX = 120

export class Loot {
  readonly heard: Heard[] = []
  /** True bytes of pieces. */
  readonly pieces = new Map<number, Uint8Array>()
  /** By purse and payee, in hex. */
  readonly books = new Map<string, Book>()
  /** Bodies that were posted to the provider, with their routes. */
  readonly posted: { route: string; body: Uint8Array }[] = []
  /** Complaints of ours at the court: id, nonce, accuser, index. */
  readonly cases: { id: Uint8Array; nonce: Uint8Array; accuser: Member; index: number }[] = []

  hear(heard: Heard): void {
    this.heard.push(heard)
    if (this.heard.length > HEARD_MAX) this.heard.shift()
  }

  book(purse: string, payee: string, count: number): Book {
    const key = `${purse} ${payee}`
    let book = this.books.get(key)
    if (book === undefined) {
      const none = new Uint8Array(0)
      book = { bitmap: emptyBitmap(count), xor: new Uint8Array(32), count: 0, voucher: none }
      this.books.set(key, book)
    }
    return book
  }

  /** Books tokens as paid to a payee. */
  add(book: Book, items: { index: number; token: Uint8Array }[], voucher: Uint8Array): void {
    for (const { index, token } of items) {
      if (hasBit(book.bitmap, index)) continue
      setBit(book.bitmap, index)
      xorInto(book.xor, token)
      book.count++
    }
    book.voucher = voucher
  }

  /** What a voucher would say after these tokens of one of our purses as well. */
  sumsWith(purse: OwnPurse, payee: string, indexes: number[]): Omit<Book, 'voucher'> {
    const { bitmap, xor, count } = this.book(purse.id, payee, purse.certificate.count)
    const news = indexes.filter((index) => !hasBit(bitmap, index))
    const sum = xor.slice()
    for (const index of news) xorInto(sum, purse.tokens.token(index))
    return { bitmap: withBits(bitmap, news), xor: sum, count: count + news.length }
  }

  /** Books on purses of honest buyers: what members may claim. */
  earned(member: Member, own: ReadonlySet<string>): { purse: string; book: Book }[] {
    return [...this.books].flatMap(([key, book]) => {
      const [purse, payee] = key.split(' ') as [string, string]
      const isOurs = payee === toHex(member.uid) && book.voucher.length > 0
      return isOurs && !own.has(purse) ? [{ purse, book }] : []
    })
  }
}
