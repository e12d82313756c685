// Promises that are kept and missed, with real commands: a provider that is too small for a crowd, each of whom wants another
// content, so that nobody helps; and each credited or not as the test's own watch says. Then what liars try.
//
//   FLOODGATE_BUYERS=12   the crowd; 2 by default

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  decimalOf,
  PROVIDER_UID,
  codeOf,
  createSigner,
  decode,
  equal,
  fromBase64url,
  fromHex,
  isErrorCode,
  type Body
} from '@floodgate/protocol'
import { announce, learnRefunds, sendMeasurement } from '@floodgate/wallet'
import type { Child, Line } from '../../hosts/src/show/child.ts'
import { parsePromise } from '../../hosts/src/service-promise.ts'
import { customer, onShelf, type Customer } from './prepared.ts'
import { KIB, Stage, type Person } from './stage.ts'

const CROWD = Number(process.env['FLOODGATE_BUYERS'] ?? 2)
const WORDS = 'start 2 s, rate 250 kB/s for 95 %, credit 20 %'
const promise = parsePromise(WORDS)
const PIECES = 20
const PRICE = 10n
/** What the test's watch and the buyer's own may differ by: payments come after pieces, and lines are read later. */
const WATCH_MS = 250

describe('hosts: a promise and what a miss brings', function () {
  this.timeout(60_000 + CROWD * 10_000)
  let stage: Stage
  let torrent: string
  let infoHash: string
  /** A torrent file for each of the crowd. */
  let films: string[]

  before(async () => {
    stage = await Stage.open('--port', '0', '--upload-limit', '128k')
    const [sold, ...more] = await Promise.all([
      publish('film.bin', PIECES * 16 * KIB, '--promise', WORDS),
      ...Array.from({ length: CROWD }, (_, i) => shelveFilm(`film${i}.bin`))
    ])
    torrent = String(sold['torrent'])
    infoHash = String(sold['infoHash'])
    assert.deepEqual(sold['promise'], promise)
    films = more
  })
  after(() => stage.close())

  async function publish(name: string, length: number, ...more: string[]): Promise<Line> {
    const file = join(stage.dir, name)
    await writeFile(file, Buffer.alloc(length, name))
    const args = [
      '--data',
      stage.shop,
      '--price',
      `${decimalOf(PRICE, 'EUR')}/piece`,
      '--piece-length',
      String(16 * KIB)
    ]
    const sold = await stage.command('published', 'publish', file, ...args, ...more)
    await stage.provider.until('seeding', (one) => one['infoHash'] === sold['infoHash'])
    return sold
  }

  /** As `publish`, without a process for each. */
  async function shelveFilm(name: string): Promise<string> {
    const terms = { pieces: PIECES, pieceLength: 16 * KIB, price: PRICE, promise }
    const { infoHash, torrent } = await onShelf(stage, name, terms)
    await stage.provider.until('seeding', (one) => one['infoHash'] === infoHash)
    return torrent
  }

  const person = (name: string): Promise<Customer> => customer(stage, name, 1000n)

  /** What the test's own watch says: `clear` when it is not too close to call. */
  async function watched(child: Child): Promise<{ isMissed: boolean; clear: boolean }> {
    await child.succeeded()
    const bought = (await child.until('purchase')).at!
    const paid = child.seen('paid').map((line) => line.at! - bought)
    const overMs = [
      paid[0]! - promise.startMs,
      paid.at(-1)! - promise.startMs - (PIECES * 16 * KIB * 1000) / promise.rate
    ]
    const isMissed = overMs.some((ms) => ms > 0)
    return { isMissed, clear: overMs.every((ms) => Math.abs(ms) > WATCH_MS) }
  }
  /** The provider's line about this buyer, once nothing is waited for. */
  const found = (uid: string): Promise<Line> =>
    stage.provider.until('promise', (line) => line['uid'] === uid && line['state'] !== 'owed')

  it('F78, F79: every buyer below the promise is credited, none above it is', async () => {
    const [ann, ...crowd] = await Promise.all(
      Array.from({ length: 1 + CROWD }, (_, i) => person(`buyer${i}`))
    )
    const alone = stage.get(ann!, torrent)
    const offer = await alone.until('offer')
    assert.deepEqual(offer['promise'], promise)
    const children: [Person, Child][] = [[ann!, alone]]
    await alone.succeeded()
    for (const [i, one] of crowd.entries()) children.push([one, stage.get(one, films[i]!)])
    const credited: string[] = []
    for (const [who, child] of children) {
      const { isMissed, clear } = await watched(child)
      const said = await child.until('measured')
      const line = await found(who.uid)
      assert.equal(line['missed'], said['missed'])
      assert.equal(line['excuse'], '', child.log)
      if (clear) assert.equal(said['missed'] !== '', isMissed, child.log)
      const back = said['missed'] === '' ? 0n : (PRICE * BigInt(PIECES)) / 5n
      assert.equal(BigInt(String(line['credit'])), back)
      if (back > 0n) credited.push(who.uid)
    }
    assert.ok(!credited.includes(ann!.uid), 'who was alone had all of the rate')
    assert.ok(credited.length > 0, 'the crowd was too much')
    for (const who of [ann!, ...crowd]) {
      const wallet = await who.open()
      const notes = await learnRefunds(wallet)
      assert.equal(notes, credited.includes(who.uid) ? 1 : 0)
      const told = wallet.summary().events.filter(({ kind }) => kind === 'credit')
      assert.equal(told.length, notes)
      await wallet.close()
    }
    await expectNothingTwice(ann!)
  })

  const send = async (frame: Uint8Array): Promise<string> => {
    const response = await fetch(`${stage.url}/floodgate/v1/measurements`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: frame as BodyInit
    })
    if (response.ok) return 'ok'
    return ((await response.json()) as { error: string }).error
  }

  /** What was told once: the same again changes nothing, and anything else is refused. */
  async function expectNothingTwice(who: Customer): Promise<void> {
    const wallet = await who.open()
    try {
      const [purse] = wallet.purses.of(fromHex(infoHash))
      const frame = fromBase64url(wallet.purses.measurements.of(purse!)!.frame!)!
      const lines = stage.provider.seen('promise').length
      assert.equal(await send(frame), 'ok')
      assert.equal(stage.provider.seen('promise').length, lines)
      const fields = decode(frame, 'measurement').message
      const sign = (change: Partial<Body<'measurement'>>, signer = wallet.signer) =>
        signer.sign('measurement', { ...fields, ...change }, { ...fields })
      const more = { startMs: 1, wantedMs: 60_000, bytes: 1, paid: 1 }
      for (const [field, by] of Object.entries(more)) {
        const value = fields[field as keyof typeof more] + by
        assert.equal(await send(await sign({ [field]: value })), 'conflict', field)
      }
      assert.equal(await send(await sign({ infoHash: new Uint8Array(20) })), 'wrong-purse')
      assert.equal(await send(await sign({ purse: PROVIDER_UID })), 'unknown-purse')
      const { crypto } = wallet
      const forger = crypto.signKey(crypto.random(32))
      const forged = createSigner(crypto, forger, wallet.uid, wallet.provider)
      assert.equal(await send(await sign({}, forged)), 'bad-signature')
      for (let at = 0; at < frame.length; at += 7) {
        const altered = frame.slice()
        altered[at]! ^= 0x10
        assert.ok(isErrorCode(await send(altered)), `byte ${at}`)
      }
    } finally {
      await wallet.close()
    }
  }

  it('F78: a liar is refused for what his own announces and payees say, and gets nothing for what nobody can refute', async () => {
    const mallory = await person('mallory')
    const other = await publish('other.bin', PIECES * 16 * KIB)
    const wallet = await mallory.open()
    try {
      const buy = async (of: string) => {
        const wish = {
          event: '',
          left: PIECES * 16 * KIB,
          want: true,
          price: PRICE,
          currency: 'EUR'
        }
        const as = { infoHash: fromHex(of), peerId: wallet.crypto.random(20), port: 6881 }
        return (await announce(wallet, { ...as, ...wish })).purse!
      }
      const lie = async (of: string, figures: Body<'measurement'> | object): Promise<string> => {
        const purse = await buy(of)
        assert.ok(equal(purse.infoHash, fromHex(of)))
        wallet.purses.measurements.note(purse, { startMs: 0, wantedMs: 0, bytes: 0, ...figures })
        try {
          return (await sendMeasurement(wallet, purse)).state
        } catch (error) {
          return codeOf(error)
        }
      }
      assert.equal(await lie(infoHash, { startMs: 60_000, wantedMs: 60_000 }), 'contradicted')
      assert.equal(await lie(String(other['infoHash']), {}), 'no-promise')
    } finally {
      await wallet.close()
    }
  })
})
