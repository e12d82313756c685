// Takes secrets out of text that leaves the process for a log: those that this process knows, and what looks like one.

import { toBase64url, toHex } from '@floodgate/protocol'
import type { ProviderKeys } from '@floodgate/tracker'

export const HIDDEN = '[hidden]'

/** What looks like a secret, whoever's it is, with what is put in its place. */
const FORMS: [form: RegExp, instead: string][] = [
  // The password of a URL, up to the last @ before its path: passwords may hold one.
  [/\b([a-z][a-z\d+.-]*:\/\/[^\s:/@"]*):[^\s/"]*@/gi, `$1:${HIDDEN}@`],
  [/\bBearer\s+[\w.~+/=-]+/gi, `Bearer ${HIDDEN}`],
  [/\bfgop_[\w-]{20,}/g, HIDDEN],
  // Keys and webhook secrets of Stripe and of the standard webhooks.
  [/\b(?:sk|rk)_(?:live|test)_\w+/g, HIDDEN],
  [/\bwhsec_[\w+/=-]+/g, HIDDEN]
]

/** Shorter ones would hide words. */
const SECRET_MIN = 8

export type Redact = (text: string) => string

export function redactionOf(secrets: Iterable<string>): Redact {
  const known = [...new Set(secrets)]
    .filter(({ length }) => length >= SECRET_MIN)
    .sort((a, b) => b.length - a.length)
  return (text) => {
    let redacted = text
    for (const secret of known) redacted = redacted.replaceAll(secret, HIDDEN)
    for (const [form, instead] of FORMS) redacted = redacted.replace(form, instead)
    return redacted
  }
}

/** The password in a URL, as it is and as it is written there. */
export function passwordsOf(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return []
  const { password } = new URL(url)
  return [password, decodeURIComponent(password)]
}

/** The secret halves of a provider's keys, in every way in which we write bytes. */
export function secretsOf({ rootSecret, epochs, masters }: ProviderKeys): string[] {
  const secrets = [
    ...(rootSecret === undefined ? [] : [rootSecret]),
    ...epochs.flatMap(({ signSeed, boxSecret }) => [signSeed, boxSecret]),
    ...masters.map(({ key }) => key)
  ]
  return secrets.flatMap((bytes) => [
    toHex(bytes),
    toBase64url(bytes),
    Buffer.from(bytes).toString('base64')
  ])
}
