// Ed25519 signatures and X25519 keys, honest and hostile: what every implementation must take or refuse
// alike, whatever its library does by itself.

import { concat, fromHex, toHex, utf8 } from '@floodgate/protocol'
import {
  BASE,
  L,
  P,
  add,
  challenge,
  encodePoint,
  fromLittleEndian,
  littleEndian,
  times,
  torsion8,
  type Point
} from '../protocol/support/edwards.ts'
import { plain } from './seeded.ts'

/** RFC 8032 §7.1, tests 1 to 3: secret, public key, message, signature. */
export const RFC8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a'
  ]
] as const

export const MESSAGE = utf8('a message')

export interface Case {
  why: string
  key: Uint8Array
  signature: Uint8Array
}

/** A signature by the secret number `a` under any public key and any nonce point, honest or not. */
function forge(a: bigint, key: Uint8Array, r: Uint8Array, nonce: bigint): Uint8Array {
  return concat(r, littleEndian((nonce + challenge(r, key, MESSAGE) * a) % L))
}

const SECRET = 123_456_789n
const NONCE = 987_654_321n
const R = encodePoint(times(NONCE, BASE))
const ORDER_EIGHT = torsion8()
export const HONEST = encodePoint(times(SECRET, BASE))
export const GOOD = forge(SECRET, HONEST, R, NONCE)
const S = GOOD.subarray(32)

/** All encodings of points of small order: the eight points, and those with y + p or the wrong sign. */
function smallOrder(): Uint8Array[] {
  const points = Array.from({ length: 8 }, (_, i) => times(BigInt(i), ORDER_EIGHT))
  const encodings = points.flatMap(([x, y]: Point) =>
    [y, y + P]
      .filter((value) => value < 2n ** 255n)
      .flatMap((value) => [value, value | (1n << 255n), value | ((x & 1n) << 255n)])
      .map((value) => littleEndian(value))
  )
  return [...new Map(encodings.map((encoding) => [toHex(encoding), encoding])).values()]
}

/** A signature that the equation holds for under a key of small order, and that is honest in all else. */
function forSmallOrder(key: Uint8Array): Uint8Array {
  for (let nonce = 1n; ; nonce++) {
    const r = encodePoint(times(nonce, BASE))
    if (challenge(r, key, MESSAGE) % 8n === 0n) return concat(r, littleEndian(nonce))
  }
}

/** All refused. */
export const HOSTILE: Case[] = [
  ...[1n, 2n, 7n].map((k) => ({
    why: `malleated: S + ${k}L`,
    key: HONEST,
    signature: concat(R, littleEndian(fromLittleEndian(S) + k * L))
  })),
  { why: 'S = L', key: HONEST, signature: concat(R, littleEndian(L)) },
  { why: '63 bytes', key: HONEST, signature: GOOD.subarray(0, 63) },
  { why: '65 bytes', key: HONEST, signature: concat(GOOD, Uint8Array.of(0)) },
  { why: 'empty', key: HONEST, signature: new Uint8Array() },
  { why: 'all zero', key: HONEST, signature: new Uint8Array(64) },
  { why: 'key of 31 bytes', key: HONEST.subarray(0, 31), signature: GOOD },
  { why: 'key of 33 bytes', key: concat(HONEST, Uint8Array.of(0)), signature: GOOD },
  { why: 'key not on the curve', key: littleEndian(2n), signature: GOOD },
  { why: 'key with y of p and more', key: littleEndian(P + 3n), signature: GOOD },
  { why: 'R with y of p and more', key: HONEST, signature: concat(littleEndian(P + 3n), S) },
  { why: 'R not on the curve', key: HONEST, signature: concat(littleEndian(2n), S) },
  ...smallOrder().flatMap((point) => [
    {
      why: `key of small order ${toHex(point).slice(0, 8)}…${toHex(point).slice(-2)}`,
      key: point,
      signature: forSmallOrder(point)
    },
    {
      why: `R of small order ${toHex(point).slice(0, 8)}…${toHex(point).slice(-2)}`,
      key: HONEST,
      signature: forge(SECRET, HONEST, point, 0n)
    }
  ])
]

/**
 * Signatures under a key with a part of order 8. RFC 8032 allows a verifier to multiply by the cofactor or
 * not, and then they differ; ours does not multiply, so it takes those whose challenge is a multiple of 8.
 */
export const MIXED = Array.from({ length: 24 }, (_, i) => {
  const key = encodePoint(add(times(SECRET, BASE), ORDER_EIGHT))
  const r = encodePoint(times(BigInt(i + 1), BASE))
  const signature = forge(SECRET, key, r, BigInt(i + 1))
  return { key, signature, valid: challenge(r, key, MESSAGE) % 8n === 0n }
})

/** u coordinates of small order on Curve25519 and its twist (RFC 7748 §6.1, and those of p and more). */
const ORDER_8 = [
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n
]
/** Those below p + 2 are of small order; the rest, and all with the top bit set, are not canonical. */
export const BAD_BOX_KEYS = [0n, 1n, ...ORDER_8, P - 1n, P, P + 1n, 2n ** 255n - 1n]
  .flatMap((value) => [value, value | (1n << 255n)])
  .map((value) => littleEndian(value))

export async function signatureVectors() {
  const rfc = RFC8032.map(([, key, message, signature], i) => ({
    why: `RFC 8032, test ${i + 1}`,
    key: fromHex(key),
    message: fromHex(message),
    signature: fromHex(signature),
    valid: true
  }))
  const made = [
    { why: 'the honest one', key: HONEST, signature: GOOD, valid: true },
    ...HOSTILE.map((entry) => ({ ...entry, valid: false })),
    ...MIXED.map((entry) => ({ why: 'key with a part of small order', ...entry }))
  ].map(({ why, key, signature, valid }) => ({ why, key, message: MESSAGE, signature, valid }))
  return plain({ signatures: [...rfc, ...made], refusedBoxKeys: BAD_BOX_KEYS })
}
