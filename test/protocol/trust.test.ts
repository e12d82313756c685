// Whom a party believes, and until when; offers of strangers' torrents; the spelling of bytes as text.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as fg from '@floodgate/protocol'

const crypto = fg.platformCrypto
const NOW = 1_800_000_000_000
const DAY = 86_400_000
const keyOf = (fill: number) => crypto.signKey(new Uint8Array(32).fill(fill))
const [rootKey, epochKey, peerKey] = [keyOf(1), keyOf(2), keyOf(3)]
const boxKey = crypto.boxPublicKey(new Uint8Array(32).fill(4))
const provider = fg.providerIdOf(crypto, rootKey.publicKey)
const rootSigner = fg.createSigner(crypto, rootKey, fg.PROVIDER_UID, provider)
const issuer = fg.createSigner(crypto, epochKey, fg.PROVIDER_UID, provider)
const uid = new Uint8Array(16).fill(5)
const peer = fg.createSigner(crypto, peerKey, uid, provider)

const epochOf = (life: fg.Occasion, serial = 1) =>
  rootSigner.sign('epoch', { signKey: epochKey.publicKey, boxKey, serial }, life)
const certificateOf = (life: fg.Occasion, by = issuer) =>
  by.sign('certificate', { uid, signKey: peerKey.publicKey, boxKey, roles: 3, serial: 1 }, life)
const lives = (from: number, to: number): fg.Occasion => ({
  time: NOW + from * DAY,
  expiry: NOW + to * DAY
})
async function trusting(): Promise<fg.Trust> {
  const trust = new fg.Trust(crypto, rootKey.publicKey)
  await trust.addEpoch(await epochOf(lives(0, 90)), NOW)
  return trust
}

describe('protocol: trust (F19, F20)', () => {
  it('takes a certificate from a day before its time to a day after its end, no longer (F85)', async () => {
    const trust = await trusting()
    const certificate = await certificateOf(lives(10, 20))
    const at = (day: number) => trust.issued('certificate', certificate, NOW + day * DAY)
    await assert.rejects(at(8.9), { code: 'not-yet-valid' })
    await assert.rejects(at(21.1), { code: 'expired' })
    for (const day of [9, 15, 21]) assert.deepEqual((await at(day)).uid, uid)
    await assert.rejects(at(21.1), { code: 'expired' }, 'remembering it does not prolong it')
  })

  it('an epoch key signs for its epoch only, to those who knew it all along too', async () => {
    const trust = await trusting()
    const certificate = await certificateOf(lives(0, 400))
    await trust.issued('certificate', certificate, NOW + 90 * DAY)
    const late = NOW + 92 * DAY
    await assert.rejects(trust.issued('certificate', certificate, late), { code: 'expired' })
    const fresh = new fg.Trust(crypto, rootKey.publicKey)
    await assert.rejects(fresh.addEpoch(await epochOf(lives(0, 90)), late), { code: 'expired' })
    await trust.addEpoch(await epochOf(lives(60, 160), 2), late)
    await trust.issued('certificate', certificate, late)
  })

  it('refuses what another provider, an unknown key, or no key signed', async () => {
    const trust = await trusting()
    const stranger = keyOf(9)
    const elsewhere = fg.createSigner(
      crypto,
      stranger,
      fg.PROVIDER_UID,
      fg.providerIdOf(crypto, stranger.publicKey)
    )
    const posing = fg.createSigner(crypto, stranger, fg.PROVIDER_UID, provider)
    const refused = async (bytes: Promise<Uint8Array>, code: fg.ErrorCode) =>
      assert.rejects(trust.issued('certificate', await bytes, NOW), { code })
    await refused(certificateOf(lives(0, 1), elsewhere), 'wrong-provider')
    await refused(certificateOf(lives(0, 1), posing), 'unknown-issuer')
    await refused(
      certificateOf(lives(0, 1)).then((bytes) => bytes.with(-1, bytes.at(-1)! ^ 1)),
      'bad-signature'
    )
    const foreign = await fg
      .createSigner(crypto, stranger, fg.PROVIDER_UID, provider)
      .sign('epoch', { signKey: stranger.publicKey, boxKey, serial: 9 }, lives(0, 90))
    await assert.rejects(trust.addEpoch(foreign, NOW), { code: 'bad-signature' })
    await assert.rejects(trust.issued('purse', await certificateOf(lives(0, 1)), NOW), {
      code: 'unexpected-message'
    })
    const known = await certificateOf(lives(0, 2))
    await trust.issued('certificate', known, NOW)
    await assert.rejects(trust.issued('purse', known, NOW), { code: 'unexpected-message' })
    assert.throws(() => new fg.Trust(crypto, new Uint8Array(32)), { code: 'bad-key' })
  })

  it('keeps the newest epoch, whatever is shown again', async () => {
    const trust = await trusting()
    assert.equal(await trust.addEpoch(new Uint8Array(), NOW), undefined)
    assert.equal((await trust.addEpoch(await epochOf(lives(0, 90), 3), NOW))?.serial, 3)
    assert.equal((await trust.addEpoch(await epochOf(lives(0, 90), 2), NOW))?.serial, 3)
    assert.equal(trust.newestEpoch()?.serial, 3)
  })

  it('does not change with the buffer that a message came in', async () => {
    const trust = new fg.Trust(crypto, rootKey.publicKey)
    const buffer = Buffer.from(await epochOf(lives(0, 90)))
    const adding = trust.addEpoch(buffer, NOW)
    buffer.fill(0)
    assert.deepEqual((await adding)?.signKey, epochKey.publicKey)
    const certificate = Buffer.from(await certificateOf(lives(0, 1)))
    const reading = trust.issued('certificate', certificate, NOW)
    certificate.fill(0)
    assert.deepEqual((await reading).uid, uid)
  })

  it('G3: a peer’s message is its signer’s, and names the key that signed it', async () => {
    const trust = await trusting()
    const voucher = {
      payee: new Uint8Array(16),
      purse: new Uint8Array(16),
      count: 1,
      xor: new Uint8Array(32),
      paid: new Uint8Array(32),
      items: new Uint8Array(32),
      delivery: new Uint8Array(32)
    }
    const certificate = { uid, signKey: peerKey.publicKey }
    const bytes = await peer.sign('voucher', voucher, lives(0, 1))
    assert.equal((await trust.signedBy('voucher', bytes, certificate)).count, 1)
    const bad = { code: 'bad-signature' }
    const other = { uid: uid.with(0, 0), signKey: peerKey.publicKey }
    await assert.rejects(trust.signedBy('voucher', bytes, other), bad)
    const notTheirs = { uid, signKey: epochKey.publicKey }
    await assert.rejects(trust.signedBy('voucher', bytes, notTheirs), bad)
    const { message } = fg.decode(bytes, 'voucher')
    const lying = { ...message, key: message.key.with(0, message.key[0]! ^ 1) }
    const { toSign, seal } = fg.prepare('voucher', lying)
    const lie = seal(await peerKey.sign(toSign))
    await assert.rejects(trust.signedBy('voucher', lie, certificate), bad)
  })
})

describe('protocol: offers', () => {
  const offer: fg.Offer = {
    rootKey: rootKey.publicKey,
    api: 'https://cdn.example/x',
    price: 3n,
    currency: 'EUR',
    open: true,
    free: 3
  }
  const sealed = { ...offer, sealed: { release: 1_800_000_000_000, keyPrice: 0n } }
  /** As an info dictionary decoded by any bencoder: byte strings. */
  const read = (value: Record<string, unknown>) => {
    const bytes = Object.entries(value).map(([name, field]) => [
      name,
      typeof field === 'string' ? fg.utf8(field) : field
    ])
    return fg.decodeOffer(crypto, { [fg.OFFER_KEY]: Object.fromEntries(bytes) })
  }

  it('come back as they went, a slash at the end aside', () => {
    assert.deepEqual(read(fg.encodeOffer(offer)), offer)
    assert.deepEqual(read(fg.encodeOffer(sealed)), sealed)
    assert.deepEqual(read(fg.encodeOffer({ ...offer, api: `${offer.api}//`, open: false })), {
      ...offer,
      open: false
    })
  })

  it('of strangers are refused when anything is amiss', () => {
    const good = fg.encodeOffer(sealed)
    const wrong: [string, unknown[]][] = [
      ['api', ['', 'ftp://x', 'https://', 'http:///', 'https://a b', 'https://a?b', 'https://a#b']],
      ['api', ['https://u:p@a', 'https://%', 'https://[::', `https://${'x'.repeat(250)}`, 5, null]],
      ['price', ['', '-1', '01', '1.5', '1e3', '9'.repeat(19), '0x1', ' 1', 5]],
      ['currency', ['', 'EU', 'eur', 'EURO-COIN', 'E\nR']],
      ['mode', ['', 'OPEN', 'half']],
      ['release', ['', '0', '01', '-1', '1.5', '9'.repeat(16), 5]],
      ['keyPrice', ['', '-1', '01', '9'.repeat(19), 5]],
      ['key', [new Uint8Array(32), new Uint8Array(31), new Uint8Array(33), [], {}]]
    ]
    for (const [name, values] of wrong) {
      for (const value of [undefined, ...values]) {
        const bad = { ...good, [name]: value }
        assert.throws(() => read(bad), { code: 'not-a-paid-torrent' }, `${name}: ${String(value)}`)
      }
    }
    for (const info of [undefined, null, 5, {}, { floodgate: null }, { floodgate: 'x' }]) {
      assert.throws(() => fg.decodeOffer(crypto, info), { code: 'not-a-paid-torrent' })
    }
  })

  it('are not written when nobody could read them', () => {
    const long = `https://${'x'.repeat(250)}`
    for (const wrong of [
      { api: 'x' },
      { api: long },
      { price: -1n },
      { price: 10n ** 18n },
      { currency: 'e' }
    ]) {
      assert.throws(() => fg.encodeOffer({ ...offer, ...wrong }), { code: 'bad-option' })
    }
  })
})

describe('protocol: base64url', () => {
  it('has one spelling for all bytes, the one of RFC 4648', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = fg.toBase64url(bytes)
        assert.equal(text, Buffer.from(bytes).toString('base64url'))
        assert.deepEqual(fg.fromBase64url(text), bytes)
      })
    )
    for (const wrong of ['A', 'QR', 'QUJ', 'QQ==', 'QQ\n', 'Q+', 'Q/', ' QQ', 'é']) {
      assert.equal(fg.fromBase64url(wrong), undefined, wrong)
    }
  })
})
