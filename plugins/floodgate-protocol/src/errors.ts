// The one error table: what went wrong, who is to blame, whether to try again, and what the API and the
// command line answer. To add an error is to add a row. Tests and programs compare codes, never texts.

export interface ErrorRow {
  /** Whose fault: ours, the peer's, the provider's, or nobody's (the network, a full disk). */
  blame: 'self' | 'peer' | 'provider' | 'nobody'
  /** May the same thing succeed later, unchanged? */
  retry: boolean
  /** HTTP status of the provider's API. */
  http: number
  /** Exit code of the `floodgate` command. */
  exit: number
  text: string
}

const row = (
  blame: ErrorRow['blame'],
  retry: boolean,
  http: number,
  exit: number,
  text: string
): ErrorRow => ({ blame, retry, http, exit, text })

export const ERRORS = {
  // Messages (codec)
  'too-long': row('peer', false, 413, 65, 'The message is longer than its row allows.'),
  truncated: row('peer', false, 400, 65, 'The message ends too early.'),
  'not-canonical': row('peer', false, 400, 65, 'The message is not in its one canonical form.'),
  'unknown-message': row('peer', false, 400, 65, 'No message has this id.'),
  'unexpected-message': row('peer', false, 400, 65, 'This message is not allowed here.'),
  'bad-field': row('peer', false, 400, 65, 'A field is outside its limits.'),
  // Keys and signatures
  'bad-key': row('peer', false, 400, 65, 'The public key is malformed or of low order.'),
  'bad-signature': row('peer', false, 401, 65, 'The signature does not fit.'),
  'cannot-open': row('peer', false, 400, 65, 'The sealed message cannot be opened.'),
  'wrong-provider': row('peer', false, 400, 65, 'This belongs to another provider.'),
  'unknown-issuer': row('peer', false, 401, 65, 'The issuing key is not certified by the root.'),
  expired: row('peer', false, 401, 65, 'The certificate or message has expired.'),
  'not-yet-valid': row('peer', true, 401, 65, 'The certificate or message is not valid yet.'),
  'wrong-role': row('peer', false, 403, 77, 'The certificate does not allow this.'),
  // The exchange
  'not-floodgate': row('peer', false, 403, 69, 'The swarm is closed to peers without Floodgate.'),
  'same-account': row('self', false, 403, 69, 'Buyer and seller are the same account.'),
  'wrong-session': row('peer', false, 409, 65, 'The message belongs to another connection.'),
  'hello-changed': row('peer', false, 409, 65, 'A second, different hello on one connection.'),
  'no-purse': row('peer', false, 402, 69, 'No purse for this content was shown.'),
  'wrong-purse': row('peer', false, 409, 69, 'The purse is for another buyer or content.'),
  'bad-index': row('peer', false, 400, 65, 'No such piece, or we do not have it.'),
  'already-paid': row('peer', false, 409, 69, 'The piece is paid for already.'),
  'too-many-resends': row('peer', false, 429, 69, 'The piece was sent again as often as allowed.'),
  'too-many-requests': row('peer', true, 429, 75, 'More requests than the limit allows.'),
  'limit-reached': row('peer', true, 402, 75, 'Too many unpaid pieces: pay first.'),
  unpaid: row('peer', true, 402, 75, 'Pieces were sent and not paid in time.'),
  'bad-token': row('peer', false, 400, 65, 'The token does not belong to the purse.'),
  'bad-voucher': row('peer', false, 400, 65, 'The voucher does not add up.'),
  'bad-delivery': row('peer', false, 400, 65, 'The signed piece hash is not the content’s.'),
  'junk-piece': row('peer', false, 400, 69, 'The bytes of the piece do not fit its hash.'),
  blacklisted: row('peer', false, 403, 77, 'This peer is blacklisted here.'),
  'double-spend': row('peer', false, 409, 69, 'One token was promised to two sellers.'),
  'false-complaint': row(
    'peer',
    false,
    409,
    69,
    'The complaint contradicts the complainer’s receipt.'
  ),
  revoked: row('peer', false, 403, 77, 'The provider has revoked this account.'),
  // The court
  'no-offence': row('self', false, 409, 65, 'The evidence proves no offence.'),
  'bad-evidence': row('self', false, 400, 65, 'The evidence is incomplete or not the accused’s.'),
  'bad-possession': row('self', false, 409, 65, 'The proof does not fit the piece.'),
  'unknown-complaint': row('self', false, 404, 66, 'No such complaint.'),
  'no-source': row('provider', true, 503, 69, 'The provider cannot read this piece now.'),
  'origin-busy': row(
    'provider',
    true,
    503,
    75,
    'The provider serves this by HTTP later: ask peers.'
  ),
  // The provider
  'unknown-account': row('self', false, 404, 77, 'No such account: register first.'),
  'unknown-content': row('self', false, 404, 66, 'The provider does not sell this content.'),
  withdrawn: row('provider', false, 410, 69, 'The content is no longer for sale.'),
  'unknown-purse': row('peer', false, 404, 66, 'No such purse.'),
  'insufficient-funds': row('self', true, 402, 69, 'The account’s balance is too low.'),
  'price-changed': row('self', true, 409, 69, 'The price is not the one agreed to.'),
  'purse-closed': row('self', false, 409, 69, 'The purse has expired and was settled.'),
  'given-back': row('peer', false, 409, 69, 'A token was paid that its buyer had given back.'),
  'not-covered': row('peer', false, 409, 69, 'The purse does not cover this piece.'),
  'self-trade': row('self', false, 403, 69, 'A claim against one’s own purse.'),
  conflict: row('self', false, 409, 65, 'The same id was used before with another content.'),
  clock: row('self', true, 409, 75, 'The clock is far from the provider’s.'),
  replayed: row('self', true, 409, 75, 'This message, or a later one, was seen already.'),
  unsigned: row('self', false, 401, 77, 'The swarm is closed: a signed announce is needed.'),
  'not-allowed': row('self', false, 403, 77, 'Only the operator may do this.'),
  'not-found': row('self', false, 404, 66, 'No such route.'),
  'bad-request': row('self', false, 400, 65, 'The request is malformed.'),
  'swarm-full': row('nobody', true, 503, 75, 'The swarm has as many members as it may have.'),
  'not-ready': row('provider', true, 503, 75, 'The provider should get no requests now.'),
  unreachable: row('nobody', true, 503, 69, 'The provider cannot be reached.'),
  internal: row('provider', true, 500, 70, 'An internal error.'),
  // Quality of service
  'no-promise': row('self', false, 404, 65, 'The content is sold without a promise.'),
  contradicted: row('self', false, 409, 65, 'What the provider knows contradicts the measurement.'),
  // Money that comes in
  'not-offered': row('self', false, 404, 69, 'The provider does not offer this.'),
  'unknown-code': row('self', false, 404, 65, 'There is no such code.'),
  'code-spent': row('self', false, 409, 65, 'The code was used as often as it may be.'),
  'code-expired': row('self', false, 410, 65, 'The code is no longer good.'),
  'no-promotion': row('provider', true, 503, 69, 'The provider cannot pay its part of the coupon.'),
  'no-processor': row(
    'provider',
    true,
    503,
    69,
    'The payment service does not answer as it should.'
  ),
  'bad-statement': row('self', false, 400, 65, 'The bank statement cannot be taken.'),
  'unknown-advice': row('self', false, 404, 66, 'No such payment is known.'),
  'not-released': row('nobody', true, 409, 75, 'The key of this content is not out yet.'),
  'not-pushed': row('self', true, 403, 69, 'The provider pays no purse of this content for you.'),
  // Sealed contents
  'not-sealed': row('peer', false, 400, 65, 'This is not a sealed content.'),
  'wrong-key': row('self', false, 403, 77, 'The keys do not open this content.'),
  'altered-content': row('peer', false, 400, 65, 'A part of the sealed content was altered.'),
  // A person's own machine
  'wrong-passphrase': row('self', false, 401, 77, 'The passphrase does not open the wallet.'),
  'wallet-in-use': row('self', true, 409, 75, 'Another process uses this wallet.'),
  'wallet-damaged': row('self', false, 500, 74, 'The wallet file cannot be read.'),
  'no-wallet': row('self', false, 404, 66, 'There is no wallet here: register first.'),
  'ledger-in-use': row('self', true, 409, 75, 'Another process uses this ledger.'),
  'bad-option': row('self', false, 400, 64, 'An option is missing or wrong.'),
  'not-a-paid-torrent': row('self', false, 400, 65, 'The torrent names no provider.'),
  'false-books': row('provider', false, 500, 65, 'The provider’s books are not those of its log.'),
  'forked-log': row('provider', false, 500, 65, 'The provider’s log shows two histories.'),
  'metadata-swapped': row('peer', false, 400, 65, 'A peer sent another torrent’s metadata.'),
  'door-closed': row('self', false, 500, 70, 'The host library has changed where we attach to it.')
} satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** An error with a code of the table; `detail` says which field, id or file. */
export class FloodgateError extends Error {
  readonly code: ErrorCode
  readonly detail: string

  constructor(code: ErrorCode, detail = '') {
    super(detail === '' ? ERRORS[code].text : `${ERRORS[code].text} (${detail})`)
    this.name = 'FloodgateError'
    this.code = code
    this.detail = detail
  }
}

/** Characters that are kept of what another machine wrote for people. */
const SAID_MAX = 300

/** What another machine wrote for people, as one line that moves no terminal's cursor; '' for what is no text. */
export const saidLine = (value: unknown): string =>
  typeof value === 'string'
    ? value
        .slice(0, SAID_MAX)
        .replaceAll(/[\p{C}\s]+/gu, ' ')
        .trim()
    : ''

/** Is `code` one of the table's? For codes that come from outside. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}

/** The code of anything thrown; what is not ours is `internal`. */
export function codeOf(error: unknown): ErrorCode {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && isErrorCode(code) ? code : 'internal'
}

/** Anything thrown as an error of the table. */
export function errorOf(thrown: unknown): FloodgateError {
  if (thrown instanceof FloodgateError) return thrown
  return new FloodgateError(codeOf(thrown), String(thrown))
}
