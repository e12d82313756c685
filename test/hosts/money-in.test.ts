// Money that comes in, on the command line: references and statements, gift codes, coupons and cards.
// Every act is a real command.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FakeStripe } from '../support/fake-stripe.ts'
import { IBAN, camtFile } from '../tracker/deposits/camt-files.ts'
import { Stage, type Person } from './stage.ts'

const SECRET_KEY = 'sk_test_0123456789'

describe('hosts: money that comes in', function () {
  this.timeout(60_000)
  let stage: Stage
  let stripe: FakeStripe
  let ada: Person
  before(async () => {
    stripe = new FakeStripe(SECRET_KEY)
    const server = await stripe.listen()
    const urls = { successUrl: 'https://shop.example/ok', cancelUrl: 'https://shop.example/' }
    const deposits = {
      sepa: { iban: IBAN, name: 'Shop', bic: 'COBADEFFXXX' },
      stripe: { secretKey: SECRET_KEY, webhookSecret: 'whsec_1', ...urls, ...server }
    }
    // JSON is YAML too.
    stage = await Stage.configured(JSON.stringify({ seed: false, deposits }))
    ada = await stage.person('ada', 0n)
  })
  after(async () => {
    await stage.close()
    await stripe.close()
    assert.deepEqual(stripe.faults, [])
  })
  const operate = (event: string, command: string, ...args: string[]) =>
    stage.command(event, command, ...args, '--data', stage.shop)
  const refused = async (command: string, ...args: string[]): Promise<unknown> => {
    const child = stage.start(command, ...args, '--data', stage.shop)
    return (await child.until('error'))['code']
  }

  it('F2: a transfer with the account’s reference arrives, one without waits until it is assigned', async () => {
    const told = await stage.command('transfer', 'top-up', '--wallet', ada.wallet)
    assert.match(String(told['reference']), /^RF\d\d( [0-9A-Z]{4}){4}$/)
    const tx = (amount: string, text: string) => [{ amount, text: [text] }]
    const file = join(stage.dir, 'statement.xml')
    const entries = [
      { amount: '12.50', ref: 'B-1', txs: tx('12.50', `thanks ${String(told['reference'])}`) },
      { amount: '3.00', ref: 'B-2', txs: tx('3.00', 'for ada') }
    ]
    await writeFile(file, camtFile({ entries }))
    for (const repeated of [false, true]) {
      const { payments } = await operate('imported', 'import', file)
      const found = payments as { state: string; repeated: boolean }[]
      assert.deepEqual(
        found.map((one) => [one.state, one.repeated]),
        [
          ['booked', repeated],
          ['waiting', repeated]
        ]
      )
    }
    const open = await operate('unassigned', 'import', '--unassigned')
    const [{ advice, amount, code }] = open['waiting'] as [
      { advice: string; amount: string; code: string }
    ]
    assert.deepEqual([amount, code], ['300', 'no-reference'])
    const choice = ['--assign', advice, '--to', ada.uid, '--reason', 'asked by mail']
    await operate('assigned', 'import', ...choice)
    assert.equal((await operate('assigned', 'import', ...choice))['repeated'], true)
    assert.equal((await stage.account(ada)).balance, 1550n)
    await writeFile(file, '<Document>')
    assert.equal(await refused('import', file), 'bad-statement')
    assert.equal(await refused('import'), 'bad-option')
  })

  it('F2: a card payment gets its page', async () => {
    const page = await stage.command('checkout', 'top-up', '20.00', '--wallet', ada.wallet)
    assert.deepEqual([page['amount'], page['url']], ['2000', stripe.sessions[0]?.url])
  })

  it('gift codes are shown once and redeemed once; a slip is found at home', async () => {
    const made = await operate('gifts', 'gift', '--amount', '5.00', '--count', '3')
    const [code] = made['codes'] as string[]
    const redeem = (typed: string) => stage.start('redeem', typed, '--wallet', ada.wallet)
    const redeemed = await redeem(code!).until('redeemed')
    assert.deepEqual([redeemed['amount'], redeemed['balance']], ['500', '2050'])
    const slip = code!.slice(0, -1) + (code!.endsWith('7') ? '8' : '7')
    assert.equal((await redeem(slip).until('error'))['code'], 'unknown-code')
  })

  it('a coupon takes its share off, out of promotion', async () => {
    await operate('coupon', 'coupon', 'SPRING26', '--off', '20%', '--uses', '10')
    await operate('funded', 'promotion', '50.00', '--reason', 'spring')
    const args = ['redeem', 'spring26', '--wallet', ada.wallet] as const
    assert.equal((await stage.command('redeemed', ...args))['share'], 2000)
    const books = await operate('promotion', 'promotion')
    assert.deepEqual([books['promotion'], books['gifts']], ['5000', '1000'])
    assert.equal(await refused('coupon', 'ALL', '--off', '101%', '--uses', '1'), 'bad-option')
  })

  it('the books are in order', async () => {
    await stage.provider.stop()
    assert.equal((await operate('books', 'books'))['ok'], true)
  })
})
