// The provider’s keys: certified by the root, renewed, and stored as JSON.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import {
  createProviderKeys,
  providerKeysFromJson,
  providerKeysToJson,
  renewEpoch,
  withoutRootSecret,
  type ProviderKeys
} from '@floodgate/tracker'
import { EPOCH_LIFE_MS, EPOCH_OVERLAP_MS } from '../../../tracker-extension/src/mint/keys.ts'
import { Issuer } from '../../../tracker-extension/src/mint/issuer.ts'

const crypto = fg.platformCrypto
const NOW = 1_800_000_000_000
const code = (expected: fg.ErrorCode) => (error: unknown) => fg.codeOf(error) === expected

describe('mint: the provider’s keys', () => {
  let keys: ProviderKeys
  before(async () => {
    keys = await renewEpoch(crypto, await createProviderKeys(crypto, NOW), NOW + EPOCH_LIFE_MS)
  })

  it('F19, F20: the root certifies each epoch, for 90 days and 7 of overlap', async () => {
    const trust = new fg.Trust(crypto, keys.rootKey)
    for (const { frame, notBefore } of keys.epochs) await trust.addEpoch(frame, notBefore)
    assert.equal(trust.newestEpoch()?.serial, 2)
    const [first, second] = keys.epochs
    assert.equal(first!.notAfter - second!.notBefore, EPOCH_OVERLAP_MS)
  })

  it('the newest epoch that has begun signs, and nothing it signs outlives it', async () => {
    const issuer = new Issuer(crypto, keys)
    const [first, second] = keys.epochs
    assert.equal(issuer.epochAt(second!.notBefore - 1).serial, 1)
    assert.equal(issuer.epochAt(second!.notBefore).serial, 2)
    assert.throws(() => issuer.epochAt(second!.notAfter), code('internal'))
    const body = { purse: crypto.random(16), hashes: new Uint8Array(32) }
    const on = { time: first!.notBefore, expiry: NOW * 2 }
    const signed = await issuer.sign('hashList', body, on)
    assert.equal(fg.decode(signed, 'hashList').message.expiry, first!.notAfter)
  })

  it('opens what was sealed to any epoch, and nothing else', () => {
    const issuer = new Issuer(crypto, keys)
    for (const { boxSecret } of [...keys.epochs, { boxSecret: crypto.random(32) }]) {
      const sealed = fg.sealTo(crypto, crypto.boxPublicKey(boxSecret), fg.utf8('claim'))
      const ours = keys.epochs.some((epoch) => epoch.boxSecret === boxSecret)
      if (ours) assert.deepEqual(issuer.open(sealed), fg.utf8('claim'))
      else assert.throws(() => issuer.open(sealed), code('cannot-open'))
    }
  })

  it('each renewal brings a master key; old purses find theirs by its id', () => {
    const issuer = new Issuer(crypto, keys)
    const name = { purse: crypto.random(16), uid: crypto.random(16), infoHash: crypto.random(20) }
    assert.equal(issuer.newestMaster, 2)
    assert.notDeepEqual(issuer.seedOf(1, name), issuer.seedOf(2, name))
    assert.throws(() => issuer.seedOf(3, name), code('internal'))
  })

  it('one key has one uid, also after a renewal; another provider gives it another', async () => {
    const { publicKey } = crypto.signKey(crypto.random(32))
    const uid = new Issuer(crypto, keys).uidOf(publicKey)
    assert.equal(uid.length, 16)
    const renewed = await renewEpoch(crypto, keys, NOW + 2 * EPOCH_LIFE_MS)
    assert.deepEqual(new Issuer(crypto, renewed).uidOf(publicKey), uid)
    const other = await createProviderKeys(crypto, NOW)
    assert.notDeepEqual(new Issuer(crypto, other).uidOf(publicKey), uid)
    assert.notDeepEqual(new Issuer(crypto, keys).uidOf(keys.rootKey), uid)
  })

  it('without the root secret nothing can be renewed', async () => {
    const online = withoutRootSecret(keys)
    assert.ok(!('rootSecret' in online))
    await assert.rejects(renewEpoch(crypto, online, NOW), code('bad-option'))
  })

  it('come back from JSON as they were, with and without the root secret', () => {
    for (const given of [keys, withoutRootSecret(keys)]) {
      const json = providerKeysToJson(given)
      assert.deepEqual(providerKeysFromJson(crypto, json), given)
    }
  })

  it('damaged JSON is refused, whichever field it is', () => {
    type Json = { [key: string]: unknown } & { epochs: Record<string, unknown>[] }
    const spoil = (change: (json: Json) => void): string => {
      const json = JSON.parse(providerKeysToJson(keys)) as Json
      change(json)
      return JSON.stringify(json)
    }
    const other = fg.toBase64url(crypto.random(32))
    const damaged = [
      'no JSON',
      'null',
      '[]',
      spoil((json) => (json['format'] = 2)),
      spoil((json) => (json['rootKey'] = 'AAAA')),
      spoil((json) => (json['rootKey'] = fg.toBase64url(new Uint8Array(32)))),
      spoil((json) => (json['rootSecret'] = other)),
      spoil((json) => (json.epochs = [])),
      spoil((json) => json.epochs.reverse()),
      spoil((json) => (json.epochs[0]!['signSeed'] = other)),
      spoil((json) => (json.epochs[0]!['boxSecret'] = other)),
      spoil((json) => (json.epochs[0]!['notAfter'] = 1)),
      spoil((json) => (json.epochs[0]!['notBefore'] = '1')),
      spoil((json) => (json['masters'] = [{ id: 1, key: 'AA' }]))
    ]
    for (const [i, json] of damaged.entries()) {
      assert.throws(() => providerKeysFromJson(crypto, json), code('bad-option'), `case ${i}`)
    }
  })
})
