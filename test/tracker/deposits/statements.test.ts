// Bank statements become deposits: once each, in any order, repeated, from any kind of document, and corrupted.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { codeOf, fromHex, platformCrypto as crypto } from '@floodgate/protocol'
import { createProviderKeys, memoryLedger, type LedgerStore } from '@floodgate/tracker'
import { createDeposits } from '../../../tracker-extension/src/deposits/deposits.ts'
import { referenceOf } from '../../../tracker-extension/src/deposits/references.ts'
import { takeStatements } from '../../../tracker-extension/src/deposits/transfers.ts'
import { createMint } from '../../../tracker-extension/src/floodgate-tracker.ts'
import { openAccount } from '../ledger/script.ts'
import { IBAN, camtFile, type Entry, type Tx } from './camt-files.ts'

const SEED = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 2 ** 31)
const RUNS = Number(process.env['FLOODGATE_SCHEDULES'] ?? 300)
const ADA = 'ad'.repeat(16)
const BOB = 'b0'.repeat(16)
const [adas, bobs] = [ADA, BOB].map((uid) => referenceOf(crypto, fromHex(uid))) as [string, string]
const spaced = (reference: string): string => reference.match(/.{4}/g)!.join(' ')

const tx = (id: string, amount: string, more: Partial<Tx>): Tx => ({
  amount,
  txId: `T-${id}`,
  ...more
})
const single = (id: string, amount: string, more: Partial<Tx>): Entry => ({
  ...{ amount, ref: `B-${id}` },
  txs: [tx(id, amount, more)]
})
/** Ada gets 12.50 + 5.00 + 7.25 + 7.25, Bob 3.01 + 1.99; 100.00 is of somebody unknown. */
const MONDAY: Entry[] = [
  single('1', '12.50', { structured: adas }),
  single('2', '3.01', { text: [`credit ${spaced(bobs).toLowerCase()} thanks`] }),
  single('3', '100.00', { text: ['hello'] }),
  { amount: '40.00', ref: 'B-4', side: 'DBIT', txs: [tx('4', '40.00', { structured: adas })] }
]
const TUESDAY: Entry[] = [
  {
    ...{ amount: '6.99', ref: 'B-5' },
    // A line break in the middle of a reference, as banks make them.
    txs: [
      tx('5a', '5.00', { ref: 'B-5a', text: [adas.slice(0, 9), adas.slice(9)] }),
      tx('5b', '1.99', { ref: 'B-5b', endToEnd: bobs })
    ]
  },
  // Two payments that are alike in all but their names.
  single('6', '7.25', { structured: adas }),
  single('7', '7.25', { structured: adas })
]
const EXPECTED = { [ADA]: 1250n + 500n + 1450n, [BOB]: 301n + 199n }

const FILES: Uint8Array[] = [
  camtFile({
    ...{ id: 'S-Mon', entries: MONDAY, credits: [3, '115.51'], balances: ['100.00', '175.51'] }
  }),
  camtFile({
    ...{ id: 'S-Tue', version: '02', prefix: 'n', entries: TUESDAY, credits: [3, '21.49'] },
    balances: ['175.51', '197.00']
  }),
  camtFile({ kind: '054', id: 'N-Mon', entries: MONDAY.slice(0, 3) }),
  camtFile({ kind: '054', id: 'N-Tue', version: '02', entries: TUESDAY }),
  camtFile({ kind: '052', id: 'R-Tue', prefix: 'camt', entries: [...TUESDAY].reverse() })
]

interface Office {
  store: LedgerStore
  take(file: Uint8Array): Promise<string>
  balances(): Promise<Record<string, bigint>>
}

/** Every account has asked for its reference. */
async function openOffice(): Promise<Office> {
  const store = memoryLedger({ currency: 'EUR' })
  const { mint } = createMint({ ledger: store, keys, now: () => 1000 })
  const deposits = createDeposits({ sepa: { iban: IBAN, name: 'Shop' } }, 'Shop', assert.ifError)
  for (const [uid, reference] of [
    [ADA, adas],
    [BOB, bobs]
  ] as const) {
    await openAccount(store, uid)
    await store.execute({ kind: 'refer', reference, uid })
  }
  return {
    store,
    async take(file) {
      try {
        const { payments } = await takeStatements(deposits, mint, file)
        return payments
          .map((one) => `${one.state}${one.repeated ? '=' : ''} ${one.code}`)
          .join('\n')
      } catch (error) {
        const { code, detail } = error as { code: string; detail: string }
        assert.ok(['bad-statement', 'conflict'].includes(code), String((error as Error).stack))
        assert.notEqual(detail, '')
        return code
      }
    },
    async balances() {
      const accounts = await Promise.all([ADA, BOB].map((uid) => store.account(uid)))
      return Object.fromEntries(accounts.map((one) => [one!.uid, one!.balanceMinor]))
    }
  }
}
let keys: Awaited<ReturnType<typeof createProviderKeys>>

describe(`deposits: statements (FLOODGATE_SEED=${SEED})`, () => {
  before(async () => {
    keys = await createProviderKeys(crypto, 0)
  })

  it('F2: books what has a reference, keeps the rest for a person, notes what went out', async () => {
    const office = await openOffice()
    const lines = (await office.take(FILES[0]!)).split('\n')
    assert.deepEqual(lines, ['booked ', 'booked ', 'waiting no-reference', 'noted '])
    assert.equal(await office.take(FILES[0]!), 'booked= \nbooked= \nwaiting= no-reference\nnoted= ')
    assert.equal(await office.take(FILES[2]!), 'booked= \nbooked= \nwaiting= no-reference')
    assert.equal(await office.take(FILES[3]!), 'booked \nbooked \nbooked \nbooked ')
    assert.equal(await office.take(FILES[1]!), 'booked= \nbooked= \nbooked= \nbooked= ')
    assert.deepEqual(await office.balances(), EXPECTED)
    const [waiting] = await office.store.openAdvices('waiting')
    assert.deepEqual([waiting?.amountMinor, waiting?.text], [10000n, 'hello'])
  })

  it('a statement that says something else than before moves nothing', async () => {
    const office = await openOffice()
    await office.take(FILES[0]!)
    const before = await office.store.journal()
    const entries = [...MONDAY, single('9', '1.00', { structured: adas })]
    assert.equal(await office.take(camtFile({ id: 'S-Mon', entries })), 'conflict')
    const changed = [single('1', '99.00', { structured: adas })]
    assert.equal(await office.take(camtFile({ id: 'S-Wed', entries: changed })), 'conflict')
    assert.deepEqual(await office.store.journal(), before)
  })

  it('takes statements of our own account only, and only where transfers are offered', async () => {
    const office = await openOffice()
    const foreign = camtFile({ iban: 'GB82WEST12345698765432', entries: MONDAY })
    assert.equal(await office.take(foreign), 'bad-statement')
    const { mint } = createMint({ ledger: office.store, keys })
    const closed = createDeposits({}, '', assert.ifError)
    await assert.rejects(takeStatements(closed, mint, FILES[0]!), (error) => {
      return codeOf(error) === 'not-offered'
    })
  })

  const which = fc.nat(FILES.length - 1)

  it('I1 G14: any order, any repeats: every payment moves its money once', async () => {
    const orders = fc.array(which, { maxLength: 12 })
    const property = fc.asyncProperty(orders, async (order) => {
      const office = await openOffice()
      for (const index of [...order, ...FILES.keys()]) {
        assert.doesNotMatch(await office.take(FILES[index]!), /conflict|bad/)
      }
      assert.deepEqual(await office.balances(), EXPECTED)
      assert.deepEqual((await office.store.audit()).faults, [])
    })
    await fc.assert(property, { seed: SEED, numRuns: 60 })
  }).timeout(60_000)

  it('I1 I3: a file with a flipped byte, or cut short, in between: money moves once, or a clear error says why not', async () => {
    // A mask of 0 stands for a file that ends there.
    const damage = fc.record({ index: which, at: fc.nat(), mask: fc.nat(255) })
    // Undefined stands for the damaged file; two of them that agree with each other would be a forgery.
    const order = fc.array(fc.option(which, { nil: undefined, freq: 2 }), { maxLength: 8 })
    const property = fc.asyncProperty(damage, order, async ({ index, at, mask }, steps) => {
      const office = await openOffice()
      const whole = FILES[index]!
      const damaged = mask === 0 ? whole.slice(0, at % whole.length) : whole.slice()
      if (mask !== 0) damaged[at % damaged.length]! ^= mask
      let refused = 0
      for (const step of [...steps, undefined, ...FILES.keys()]) {
        const file = step === undefined ? damaged : FILES[step]!
        if (/conflict|bad/.test(await office.take(file))) refused++
        const balances = await office.balances()
        for (const uid of [ADA, BOB]) assert.ok(balances[uid]! <= EXPECTED[uid]!, `${uid} has more`)
      }
      assert.deepEqual((await office.store.audit()).faults, [])
      const waits = await office.store.openAdvices('waiting')
      const balances = await office.balances()
      const isWhole = [ADA, BOB].every((uid) => balances[uid] === EXPECTED[uid])
      assert.ok(isWhole || refused > 0 || waits.length > 1, 'money is missing, and nobody was told')
    })
    await fc.assert(property, { seed: SEED, numRuns: RUNS })
  }).timeout(60_000 + RUNS * 50)
})
