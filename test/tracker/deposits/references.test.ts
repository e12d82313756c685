// Payment references and account numbers: known ones, and that no slip of the pen goes unseen.
import assert from 'node:assert/strict'
import { platformCrypto as crypto } from '@floodgate/protocol'
import { isIban } from '../../../tracker-extension/src/bank/iban.ts'
import {
  findReferences,
  printed,
  referenceOf
} from '../../../tracker-extension/src/deposits/references.ts'

describe('deposits: references of ISO 11649', () => {
  const uids = Array.from({ length: 50 }, (_, i) => new Uint8Array(16).fill(i))
  const references = uids.map((uid) => referenceOf(crypto, uid))

  it('each account has one of its own, always the same, that MOD 97-10 accepts', () => {
    assert.equal(new Set(references).size, uids.length)
    assert.deepEqual(
      uids.map((uid) => referenceOf(crypto, uid)),
      references
    )
    for (const reference of references) {
      assert.match(reference, /^RF\d{2}[0-9A-HJKMNP-TV-Z]{16}$/)
      const digits = [...reference.slice(4), ...reference.slice(0, 4)].map((c) => parseInt(c, 36))
      assert.equal(BigInt(digits.join('')) % 97n, 1n)
    }
  })

  it('is found in what people and banks make of it', () => {
    const [one, two] = references as [string, string]
    const texts: [string, string[]][] = [
      [one, [one]],
      [printed(one), [one]],
      [`Account ${printed(one).toLowerCase()}. Thanks!`, [one]],
      [`${one.slice(0, 11)}\n${one.slice(11)}`, [one]],
      [`RFRF${one}RF12`, [one]],
      [`${one}/${two} ${one}`, [one, two]],
      ['RF18 5390 0754 7034', []],
      ['', []]
    ]
    for (const [text, found] of texts) assert.deepEqual(findReferences(text), found, text)
  })

  it('no wrong digit and no wrong letter goes unseen; one for the other seldom, and then finds no account', () => {
    const [reference] = references as [string]
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    let seldom = 0
    for (let at = 2; at < reference.length; at++) {
      for (const char of alphabet) {
        if (char === reference[at]) continue
        const wrong = reference.slice(0, at) + char + reference.slice(at + 1)
        const found = findReferences(wrong)
        // A letter counts as two digits, so that a digit for it moves all that stands before.
        const isLike = /\d/.test(char) === /\d/.test(reference[at]!)
        if (isLike) assert.deepEqual(found, [], wrong)
        else seldom += found.length
        assert.ok(!references.includes(wrong))
      }
    }
    assert.ok(seldom < 10)
  })

  it('knows account numbers', () => {
    const good = ['DE89370400440532013000', 'GB82WEST12345698765432', 'NO9386011117947']
    for (const iban of good) assert.ok(isIban(iban), iban)
    const bad = ['DE88370400440532013000', 'DE8937040044053201300', 'DE89 3704', '', 'XX']
    for (const iban of bad) assert.ok(!isIban(iban), iban)
  })
})
