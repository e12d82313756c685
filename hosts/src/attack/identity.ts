// Who somebody is: certificates of others, keys of small order, signatures made twice, certificates
// that are over (F19, F28, F63, G3).

import { createSigner, fromHex } from '@floodgate/protocol'
import { post } from './door.ts'
import type { Attack } from './scenario.ts'

/** The neutral element of edwards25519: everything verifies under it in a lax library. */
const IDENTITY_KEY = fromHex('01'.padEnd(64, '0'))
/** u = 0 and u = 1 on curve25519: every agreement with them is known to all. */
const SMALL_BOX_KEYS = ['0'.repeat(64), '01'.padEnd(64, '0')].map(fromHex)
/** Order of the base point of Ed25519 (RFC 8032 §5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const DAY_MS = 24 * 3600e3

/** The same message with S + L in place of S: a second signature that nobody made. */
function malleated(frame: Uint8Array): Uint8Array {
  const twin = frame.slice()
  let s = ORDER
  for (let i = 0; i < 32; i++) s += BigInt(frame[frame.length - 32 + i]!) << BigInt(8 * i)
  for (let i = 0; i < 32; i++) twin[twin.length - 32 + i] = Number((s >> BigInt(8 * i)) & 0xffn)
  return twin
}

export const identity: Attack[] = [
  {
    name: 'impersonation',
    line: 'the certificate, the purse and the name of an honest buyer are used to buy at its cost',
    bound: 0,
    defences: ['bad-signature'],
    async run(bed) {
      const [seller, buyer] = [await bed.seller(), await bed.buyer()]
      await buyer.done()
      const rogue = await bed.rogueBuyer()
      const { certificate, shown } = await rogue.dial(buyer)
      const key = rogue.wallet.crypto.signKey(rogue.wallet.crypto.random(32))
      const as = createSigner(rogue.wallet.crypto, key, buyer.wallet.uid, rogue.wallet.provider)
      const inItsName = await rogue.connect(seller, { hello: { certificate }, signer: as })
      await inItsName.untilClosed()
      const withItsPurse = await rogue.connect(seller, { proof: { purse: shown!.purse } })
      await withItsPurse.take(0)
      await withItsPurse.line.hangUp()
      const link = await rogue.dial(seller)
      link.sayFrame(
        await link.sign(
          'request',
          {
            ...{ payee: seller.wallet.uid, infoHash: bed.content.infoHash, resend: 0 },
            ...{ purse: rogue.purse!.id, indexes: [0] }
          },
          {},
          as
        )
      )
      await link.untilClosed()
    }
  },
  {
    name: 'low-order-keys',
    line: 'accounts and sessions with keys of small order, under which anybody can sign and read',
    bound: 0,
    defences: ['bad-key'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const { crypto, provider, boxKey, newcomer } = rogue.wallet
      const time = bed.provider.now()
      const register = async (signKey: Uint8Array, box: Uint8Array): Promise<void> => {
        const forger = {
          publicKey: signKey,
          // R = 1, S = 0: true for every message under the neutral key.
          sign: () => fromHex('01'.padEnd(128, '0'))
        }
        const uid = new Uint8Array(16)
        const signer =
          signKey === IDENTITY_KEY ? createSigner(crypto, forger, uid, provider) : newcomer
        const body = { signKey, boxKey: box, payment: '' }
        await post(
          bed,
          '/register',
          await signer.sign('register', body, { time, expiry: time + 600e3 })
        )
      }
      await register(IDENTITY_KEY, boxKey)
      for (const ephemeral of SMALL_BOX_KEYS) {
        await register(newcomer.publicKey, ephemeral)
        const link = await rogue.connect(seller, { hello: { ephemeral } })
        await link.untilClosed()
      }
    }
  },
  {
    name: 'malleable-signatures',
    line: 'second signatures are made of true ones, to pass a replay off as something new',
    bound: 0,
    defences: ['bad-signature'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const link = await rogue.dial(seller)
      const request = await link.request([0])
      await link.fetch(0)
      await link.settle([0])
      link.sayFrame(malleated(request))
      await link.untilClosed()
      const time = bed.provider.now()
      const body = { what: 'account' }
      const on = { time, counter: rogue.wallet.nextCounter(), expiry: time + 600e3 }
      const asked = await rogue.wallet.signer.sign('accountRequest', body, on)
      await post(bed, '/account', asked)
      await post(bed, '/account', malleated(asked))
    }
  },
  {
    name: 'stale-certificate',
    line: 'an account goes on trading with a certificate that has run out, and with one of its own making',
    bound: 0,
    defences: ['expired'],
    async run(bed) {
      const rogue = await bed.rogueBuyer()
      const own = rogue.wallet.crypto.signKey(rogue.wallet.crypto.random(32))
      const { signer, crypto, provider, uid, boxKey } = rogue.wallet
      const time = bed.provider.now()
      const body = { uid, signKey: signer.publicKey, boxKey, roles: 3, serial: time }
      const issuer = createSigner(crypto, own, new Uint8Array(16), provider)
      const certificate = await issuer.sign('certificate', body, {
        time,
        expiry: time + 900 * DAY_MS
      })
      const selfMade = await rogue.connect(await bed.seller(), { hello: { certificate } })
      await selfMade.untilClosed()
      // Past the ninety days of a certificate and the day of slack for clocks.
      bed.provider.pass(92 * DAY_MS)
      const stale = await rogue.connect(await bed.seller())
      await stale.untilClosed()
    }
  }
]
