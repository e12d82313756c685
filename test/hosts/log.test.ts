// The log for operations: what it says of requests, acts and errors, and that no secret is in it, whatever happens.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Log } from '../../hosts/src/provider/log.ts'
import { redactionOf } from '../../hosts/src/provider/redaction.ts'
import { Stage } from './stage.ts'

type Entry = Record<string, unknown>

const entriesOf = (text: string): Entry[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)

describe('hosts: the log', function () {
  this.timeout(60_000)

  it('says what was asked and done, and holds none of the secrets that there are', async () => {
    const stage = await Stage.open('--port', '0', '--no-seed', '--log', 'json', ...logTo())
    try {
      const ann = await stage.person('ann', 12n)
      await stage.account(ann)
      const made = ['create', 'clerk', '--scope', 'read', '--data', stage.shop] as const
      const { token } = await stage.command('token', 'token', ...made)
      const bad = ['sk_live_4242424242424242', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', token]
      for (const secret of bad) {
        const headers = { authorization: `Bearer ${String(secret)}` }
        await fetch(`${stage.url}/floodgate/v1/operator/court?key=${String(secret)}`, { headers })
        await fetch(`${stage.url}/floodgate/v1/${String(secret)}`, { headers })
      }
      const text = await logOf(stage)
      const entries = entriesOf(text)
      const account = entries.find(({ route }) => route === '/account')!
      assert.deepEqual(
        [account['msg'], account['method'], account['status'], account['uid']],
        ['request', 'POST', 200, ann.uid.slice(0, 8)]
      )
      assert.ok(Number(account['ms']) > 0)
      const act = entries.find(({ route }) => route === '/operator/deposits')!
      assert.deepEqual([act['msg'], act['operator']], ['operator', 'first'])
      const guess = entries.find(({ code }) => code === 'not-allowed')!
      assert.deepEqual([guess['route'], guess['status']], ['/operator/court', 403])
      await expectNone(text, [...bad.map(String), ...(await secretsIn(stage.shop))])
    } finally {
      await stage.close()
    }
  })

  it('hides what looks like a secret in errors of others, in both forms', async () => {
    const secrets = [
      'hunter2@home',
      'tok-en-of-ours',
      'sk_test_51Habc',
      'whsec_abcDEF',
      'fgop_'.padEnd(48, 'x')
    ]
    const file = `${logFile()}-errors`
    for (const form of ['json', 'pretty'] as const) {
      const log = new Log(form, file)
      log.hide(['tok-en-of-ours'])
      log.error(
        new Error(
          `cannot connect to postgres://fg:${secrets[0]}@db:5432/fg: ${secrets.slice(1).join(' ')} Bearer abc.def`
        )
      )
      log.info('planted', { password: 'swordfish', deep: { seed: 'seedling', token: 'swordfish' } })
      await log.close()
    }
    const text = await readFile(file, 'utf8')
    assert.match(text, /postgres:\/\/fg:\[hidden\]@db:5432/)
    await expectNone(text, [...secrets.slice(1), 'hunter2', 'abc.def', 'swordfish', 'seedling'])
    assert.equal(text.match(/cannot connect/g)!.length >= 2, true)
  })

  it('leaves alone what is none', () => {
    const redact = redactionOf(['short', 'longer-secret'])
    const text = 'a short text at https://cdn.example/a:b@c and http://127.0.0.1:8700/x'
    assert.equal(redact(text), text)
    assert.equal(redact('x longer-secret y'), 'x [hidden] y')
  })

  let files = 0
  const logFile = (): string =>
    join(process.env['TMPDIR'] ?? '/tmp', `floodgate-${process.pid}-${files}.log`)
  const logTo = (): string[] => {
    files++
    return ['--log-file', logFile()]
  }
  const logOf = async (stage: Stage): Promise<string> => {
    assert.equal(await stage.provider.stop(), 0)
    return readFile(logFile(), 'utf8')
  }
})

/** The secret halves in a provider's directory. */
async function secretsIn(shop: string): Promise<string[]> {
  const keys = JSON.parse(await readFile(join(shop, 'keys.json'), 'utf8')) as {
    rootSecret: string
    epochs: { signSeed: string; boxSecret: string }[]
    masters: { key: string }[]
  }
  const operator = (await readFile(join(shop, 'operator-token'), 'utf8')).trim()
  return [
    ...[operator, keys.rootSecret],
    ...keys.epochs.flatMap(({ signSeed, boxSecret }) => [signSeed, boxSecret]),
    ...keys.masters.map(({ key }) => key)
  ]
}

async function expectNone(text: string, secrets: string[]): Promise<void> {
  assert.ok(text.length > 100)
  for (const secret of secrets) {
    assert.ok(secret.length >= 5)
    assert.ok(!text.includes(secret), `${secret} is in the log`)
  }
}
