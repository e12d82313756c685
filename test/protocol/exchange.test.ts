// One whole purchase and payment with nothing but the protocol: certificates, purse, session, request,
// payment, claim sum. What the other packages do over sockets has to agree with this.

import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'

const crypto = fg.platformCrypto
const NOW = 1_800_000_000_000
const LIFE = { time: NOW, expiry: NOW + 86_400_000 }
const code = (expected: fg.ErrorCode) => (error: unknown) => fg.codeOf(error) === expected

describe('protocol: a trade on paper', () => {
  it('F19–F41: certificate, purse, sealed session, signed request, token with path, voucher sum', async () => {
    const root = crypto.signKey(crypto.random(32))
    const epochKey = crypto.signKey(crypto.random(32))
    const epochBox = crypto.random(32)
    const provider = fg.providerIdOf(crypto, root.publicKey)
    const rootSigner = fg.createSigner(crypto, root, fg.PROVIDER_UID, provider)
    const issuer = fg.createSigner(crypto, epochKey, fg.PROVIDER_UID, provider)
    const epoch = await rootSigner.sign(
      'epoch',
      { signKey: epochKey.publicKey, boxKey: crypto.boxPublicKey(epochBox), serial: 1 },
      LIFE
    )
    const trust = new fg.Trust(crypto, root.publicKey)
    await trust.addEpoch(epoch, NOW)

    const buyerKey = crypto.signKey(crypto.random(32))
    const buyerBox = crypto.random(32)
    const uid = crypto.random(16)
    const certificate = await issuer.sign(
      'certificate',
      {
        uid,
        signKey: buyerKey.publicKey,
        boxKey: crypto.boxPublicKey(buyerBox),
        roles: 3,
        serial: 1
      },
      LIFE
    )
    const who = await trust.issued('certificate', certificate, NOW)

    const infoHash = crypto.random(20)
    const purse = crypto.random(16)
    const seed = fg.purseSeed(crypto, crypto.random(32), purse, uid, infoHash)
    const count = 701
    const tokens = fg.makeTokens(crypto, seed, count)
    const sealed = fg.sealTo(crypto, who.boxKey, seed)
    assert.deepEqual(fg.openSealed(crypto, buyerBox, sealed), seed)
    const purseBytes = await issuer.sign(
      'purse',
      {
        ...{ uid, infoHash, purse, count, pieces: [0, count], price: 3n, currency: 'EUR' },
        ...{ root: tokens.root, ends: LIFE.expiry }
      },
      LIFE
    )
    const shown = await trust.issued('purse', purseBytes, NOW)

    const hello = () => ({ hello: crypto.random(200), secret: crypto.random(32) })
    const [a, b] = [hello(), hello()]
    const ephemeral = (side: { secret: Uint8Array }) => crypto.boxPublicKey(side.secret)
    const here = fg.createSession(crypto, infoHash, a, { hello: b.hello, ephemeral: ephemeral(b) })
    const there = fg.createSession(crypto, infoHash, b, { hello: a.hello, ephemeral: ephemeral(a) })
    assert.deepEqual(here.id, there.id)

    const buyer = fg.createSigner(crypto, buyerKey, uid, provider)
    const request = await buyer.sign(
      'request',
      { payee: crypto.random(16), infoHash, purse, indexes: [700], resend: 0 },
      { ...LIFE, session: here.id, counter: 1 }
    )
    const opened = there.open(here.seal(request))
    assert.deepEqual((await trust.signedBy('request', opened, who)).indexes, [700])
    const forged = request.slice()
    forged[40]! ^= 1
    await assert.rejects(trust.signedBy('request', forged, who))
    assert.throws(() => here.open(here.seal(request)), code('cannot-open'))

    assert.ok(fg.checkToken(crypto, shown, 700, tokens.token(700), tokens.path(700)))
    assert.ok(!fg.checkToken(crypto, shown, 699, tokens.token(700), tokens.path(700)))
    const bitmap = fg.emptyBitmap(count)
    for (const index of [0, 699, 700]) fg.setBit(bitmap, index)
    const xor = new Uint8Array(32)
    for (const index of [0, 699, 700]) fg.xorInto(xor, tokens.token(index))
    assert.deepEqual(fg.xorOfTokens(crypto, seed, bitmap), xor)
  })
})
