// Payouts on the command line: a policy that is checked, a payee who says where its money goes, a run whose file is there and
// validates, the bank's word, and the books after it. Every act is a real command.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteLedger } from '@floodgate/tracker'
import { camt053 } from '../tracker/payout/bank.ts'
import { IBANS, schemaFaults, toIban } from '../tracker/payout/orders.ts'
import { commandOf } from '../tracker/ledger/script.ts'
import { Stage } from './stage.ts'

const POLICY = `
payout:
  split: { seller: 80, provider: 20 }
  minimum: 0.01 EUR
  rail: { sepa: { iban: DE75512108001245126199, name: Example } }
`

describe('floodgate payout', function () {
  this.timeout(240_000)
  let stage: Stage
  beforeEach(async () => {
    stage = await Stage.open('--port', '0', '--no-seed')
  })
  afterEach(() => stage.close())

  /** Bob sells a film of 10 pieces for 1.00 EUR each to Alice, of which the policy gives him 80 %. */
  const sell = async (alice: string, bob: string): Promise<void> => {
    await stage.provider.stop()
    const store = await sqliteLedger(join(stage.shop, 'ledger.sqlite'), { currency: 'EUR' })
    await store.execute(commandOf(`deposit d1 ${alice} 1000`))
    await store.execute(commandOf('publish film 10 100'))
    await store.execute(commandOf(`purchase p1 ${alice} film 100`))
    const claim = commandOf(`redeem c1 ${bob} p1 1111111111`)
    await store.execute({ ...claim, sellerMillionths: 800_000 } as typeof claim)
    await store.close()
  }
  const register = async (name: string, ...payment: string[]): Promise<string> => {
    const wallet = join(stage.dir, `${name}.wallet`)
    const args = ['--provider', stage.url, '--wallet', wallet, ...payment]
    return String((await stage.command('registered', 'register', ...args))['uid'])
  }
  const data = (...args: string[]) => ['payout', ...args, '--data', stage.shop] as const

  it('F45 F48: pays a seller, from the policy to the books', async () => {
    const alice = await register('alice')
    const bob = await register('bob', '--payment', toIban(0))
    await sell(alice, bob)
    const config = await stage.config(POLICY)
    await stage.startProvider('--no-seed', ...config)

    const dry = await stage.command('payout-run', ...data('run', '--dry-run'))
    const [plan] = dry['plans'] as { uid: string; pay: string; blocked: string }[]
    assert.deepEqual([plan?.uid, plan?.pay, plan?.blocked], [bob, '800', ''])
    const run = await stage.command('payout-run', ...data('run'))
    assert.equal(run['requested'], 1)
    const folder = join(stage.shop, 'payouts')
    const [file = ''] = readdirSync(folder)
    const xml = readFileSync(join(folder, file), 'utf8')
    assert.deepEqual(await schemaFaults(xml, 'pain.001.001.09'), [])
    assert.ok(xml.includes('>8.00</InstdAmt>') && xml.includes(`<IBAN>${IBANS[0]!}<`))

    const id = /<EndToEndId>(\w+)</.exec(xml)![1]!
    const statement = join(stage.dir, 'statement.xml')
    const entry = { way: 'DBIT', amount: '8.00' } as const
    writeFileSync(
      statement,
      camt053([
        { id, ...entry },
        { id: 'OTHER', ...entry }
      ])
    )
    const whole = readFileSync(statement)
    for (const length of [0, whole.length - 20]) {
      const cut = join(stage.dir, 'cut.xml')
      writeFileSync(cut, whole.subarray(0, length))
      const refused = await stage.start(...data('reconcile', cut)).until('error')
      assert.deepEqual([refused['code'], refused['exit']], ['bad-statement', 65])
    }
    const found = await stage.command('reconciled', ...data('reconcile', statement))
    assert.deepEqual(found['applied'], [{ payout: id, state: 'paid', reason: '' }])
    assert.deepEqual(found['unknown'], ['OTHER'])
    const { payouts } = await stage.command('payouts', ...data('list'))
    assert.deepEqual(
      (payouts as { payout: string; state: string }[]).map(({ payout, state }) => [payout, state]),
      [[id, 'paid']]
    )
    await stage.provider.stop()
    const books = await stage.command('books', 'books', '--data', stage.shop)
    assert.equal(books['ok'], true)
    const accounts = books['accounts'] as { account: string; debits: string; credits: string }[]
    const provider = accounts.find(({ account }) => account === 'provider')
    assert.equal(provider?.credits, '200')
    const args = ['check', config[1]!, '--replay', '--data', stage.shop]
    const replay = await stage.command('replay', 'policy', ...args)
    assert.equal(replay['paidMinor'], '800')
  })

  it('F2: a payee says where its money goes, and the change waits', async () => {
    await stage.provider.stop()
    const [, file = ''] = await stage.config(POLICY)
    await stage.startProvider('--no-seed', '--payout-file', file)
    await register('bob')
    const wallet = join(stage.dir, 'bob.wallet')
    const place = ['DE89 3704 0044 0532 0130 00', '--name', 'Bob Müller', '--wallet', wallet]
    const told = await stage.command('destination', 'payout', 'to', ...place)
    assert.match(String(told['destination']), /^payto:\/\/iban\/DE89370400440532013000\?/)
    assert.ok(Number(told['from']) > Date.now() + 6 * 86_400e3)
    const wrong: [args: string[], part: RegExp][] = [
      [['DE89 3704 0044 0532 0130 01', '--name', 'Bob'], /check digits/],
      [['DE89 3704 0044 0532 0130 00'], /--name/],
      [['DE89 3704 0044 0532 0130 00', '--name', 'Bob <bob>'], /receiver-name/],
      [['--stripe', 'bob'], /stripe/],
      [['--credit', '--stripe', 'acct_1234567'], /one of IBAN/]
    ]
    for (const [args, part] of wrong) {
      const child = stage.start('payout', 'to', ...args, '--wallet', wallet)
      const error = await child.until('error')
      assert.equal(error['code'], 'bad-option')
      assert.match(String(error['text']), part)
    }
  })

  it('policy check names the key that is wrong, and says in words what is right', async () => {
    const policy = join(stage.dir, 'policy.yaml')
    writeFileSync(policy, POLICY)
    const { words } = await stage.command('policy', 'policy', 'check', policy)
    assert.ok((words as string[]).includes('Nothing is paid below 0.01 EUR.'))
    // It may be meant for any provider: where its files will lie nobody knows yet.
    assert.match((words as string[]).join(), /SEPA files in <directory of the provider>.payouts,/)
    writeFileSync(policy, POLICY.replace('minimum', 'minimun'))
    const error = await stage.start('policy', 'check', policy).until('error')
    assert.equal(error['code'], 'bad-option')
    assert.match(String(error['text']), /payout\.minimun/)
    // Without a policy nothing is paid out.
    const refused = await stage.start(...data('run')).until('error')
    assert.equal(refused['code'], 'not-offered')
  })
})
