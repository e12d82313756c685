// The attack that the XOR alone would allow: who knows more than 256 tokens of a purse finds, by linear algebra, another set
// of the same count and sum, and so a double spend that never was. The voucher's hash of its bitmap forbids it.

import assert from 'node:assert/strict'
import {
  bits,
  countBits,
  decode,
  emptyBitmap,
  encode,
  equal,
  hasBit,
  itemsHash,
  paidHash,
  setBit,
  toHex,
  withBits,
  xorInto
} from '@floodgate/protocol'
import { chanceOf, type Chance } from './chance.ts'
import { PRICE, Studio } from './film.ts'
import { Member, type OwnPurse } from './member.ts'
import { World } from './world.ts'

const PIECES = 300

/** Sets of tokens whose XOR is zero, as bits of a bigint: Gauss over GF(2). */
function kernel({ tokens }: OwnPurse): bigint[] {
  const rows = new Map<number, { sum: bigint; set: bigint }>()
  const found: bigint[] = []
  for (let index = 0; index < PIECES; index++) {
    let sum = BigInt(`0x${toHex(tokens.token(index))}`)
    let set = 1n << BigInt(index)
    for (let row; sum !== 0n && (row = rows.get(sum.toString(2).length)) !== undefined;) {
      sum ^= row.sum
      set ^= row.set
    }
    if (sum === 0n) found.push(set)
    else rows.set(sum.toString(2).length, { sum, set })
  }
  return found
}

/** Another set of as many tokens with the same XOR. */
function foreign(bitmap: Uint8Array, nothing: bigint[], chance: Chance): Uint8Array {
  for (;;) {
    const some = nothing.filter(() => chance.happens(0.5)).reduce((sum, set) => sum ^ set, 0n)
    const other = emptyBitmap(PIECES)
    for (let index = 0; index < PIECES; index++) {
      if (hasBit(bitmap, index) !== ((some >> BigInt(index)) & 1n) > 0n) setBit(other, index)
    }
    if (countBits(other) === countBits(bitmap) && !equal(other, bitmap)) return other
  }
}

const xorOf = ({ tokens }: OwnPurse, bitmap: Uint8Array): Uint8Array => {
  const xor = new Uint8Array(32)
  for (const index of bits(bitmap)) xorInto(xor, tokens.token(index))
  return xor
}

async function openWorld() {
  const studio = new Studio(false)
  const film = await studio.film(PIECES)
  const faults = { loss: 0, repeat: 0, delayMaxMs: 1 }
  const crypto = studio.crypto(1)
  const depositMinor = 2n * PRICE * BigInt(PIECES)
  const world = new World({
    seed: 1,
    film,
    crypto,
    keys: await studio.keys(),
    faults,
    depositMinor
  })
  await world.office.open()
  const [buyer, one, two] = ['buyer', 'one', 'two'].map((name) => new Member(world, name))
  for (const member of [buyer!, one!, two!]) assert.ok(await member.register())
  await world.deposit(buyer!.uidHex, depositMinor)
  await buyer!.announce(true)
  return { world, buyer: buyer!, one: one!, two: two!, purse: buyer!.purses[0]! }
}

/** The buyer's signed payment for these pieces; its voucher covers just them. */
async function pay(buyer: Member, purse: OwnPurse, payee: Uint8Array, indexes: number[]) {
  const { crypto } = buyer.world
  const bitmap = withBits(emptyBitmap(PIECES), indexes)
  const items = indexes.slice(0, 32).map((index) => ({
    ...{ index, token: purse.tokens.token(index), path: purse.tokens.path(index) }
  }))
  const voucher = await buyer.sign('voucher', {
    ...{ payee, purse: purse.certificate.purse, count: indexes.length },
    ...{ xor: xorOf(purse, bitmap), paid: paidHash(crypto, bitmap) },
    ...{ items: itemsHash(crypto, items), delivery: new Uint8Array(32) }
  })
  return { bitmap, voucher, payment: encode('payment', { voucher, items }) }
}

async function claim(member: Member, purse: OwnPurse, bitmap: Uint8Array, voucher: Uint8Array) {
  const { purse: id, uid: payer } = purse.certificate
  const purses = [{ purse: id, payer, bitmap, voucher }]
  const message = await member.sign('claim', { purses }, member.world.crypto.random(32))
  const answer = await member.postSealed('/claims', message)
  const [result] = decode(answer!.body, 'claimed').message.results
  return `${result!.code || 'ok'} ${result!.fresh} ${result!.conflicting}`
}

describe('simulation: foreign bitmaps', () => {
  it('I3, I5: two colluding sellers with 300 tokens can frame nobody for a double spend', async () => {
    const { world, buyer, one, two, purse } = await openWorld()
    const all = Array.from({ length: PIECES }, (_, index) => index)
    const first = await pay(buyer, purse, one.uid, all.slice(0, 150))
    const second = await pay(buyer, purse, two.uid, all.slice(150))
    const framed = foreign(second.bitmap, kernel(purse), chanceOf(1, 'foreign'))
    assert.ok(equal(xorOf(purse, framed), xorOf(purse, second.bitmap)), 'the XOR is the same')
    assert.ok(
      [...bits(framed)].some((index) => hasBit(first.bitmap, index)),
      'they overlap'
    )

    assert.equal(await claim(one, purse, first.bitmap, first.voucher), 'ok 150 0')
    assert.equal(await claim(two, purse, framed, second.voucher), 'bad-voucher 0 0')
    assert.equal(await claim(two, purse, second.bitmap, second.voucher), 'ok 150 0')

    const complaint = await one.sign('complaint', {
      ...{ kind: 'double-spend', accused: buyer.uid, infoHash: world.film.infoHashBytes },
      ...{ purse: purse.certificate.purse, index: 150, count: 150 },
      frames: [first.payment, second.payment]
    })
    const verdict = await one.postSealed('/complaints', complaint)
    assert.equal(decode(verdict!.body, 'verdict').message.outcome, 'dismissed')
    assert.deepEqual(await world.office.books.offences(), [])
    assert.deepEqual(await world.office.books.revocations(0, 10), [])
    const account = await world.office.books.account(buyer.uidHex)
    assert.equal(account!.balanceMinor, PRICE * BigInt(PIECES))
  })
})
