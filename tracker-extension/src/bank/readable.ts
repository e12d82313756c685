// What strangers wrote for people to read, as a ledger can keep it.

const TEXT_MAX = 512

/** '' for what is no text. */
export const readable = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed().slice(0, TEXT_MAX) : ''
