// The operator's further tokens: what each opens, that the running provider notices changes, and that whatever is done with
// one is told with its name.

import assert from 'node:assert/strict'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ALL_SCOPES } from '@floodgate/tracker'
import type { Line } from '../../hosts/src/show/child.ts'
import { Stage } from './stage.ts'

describe('hosts: tokens of the operator', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open('--port', '0', '--no-seed')
  })
  after(() => stage.close())

  const create = (name: string, scope: string, ...more: string[]): Promise<Line> =>
    stage.command('token', 'token', 'create', name, '--scope', scope, '--data', stage.shop, ...more)
  const tokens = async (): Promise<Line[]> =>
    (await stage.command('tokens', 'token', 'list', '--data', stage.shop))['tokens'] as Line[]
  const ask = async (token: unknown, path: string, body?: object): Promise<string> => {
    const response = await fetch(stage.url + path, {
      headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) })
    })
    return response.ok ? 'ok' : ((await response.json()) as { error: string }).error
  }
  const COURT = '/floodgate/v1/operator/court'
  const DEPOSITS = '/floodgate/v1/operator/deposits'

  it('a token opens its scopes and nothing else, at once, and is kept as a hash', async () => {
    const { token } = await create('clerk', 'read,deposits')
    const { uid } = await stage.person('ann', 0n)
    const order = { uid, amount: '5', reason: 'card', id: 'd1' }
    assert.equal(await ask(token, COURT), 'ok')
    assert.equal(await ask(token, DEPOSITS, order), 'ok')
    assert.equal(await ask(token, '/floodgate/v1/operator/lift', { uid }), 'not-allowed')
    assert.equal(await ask(token, '/metrics'), 'not-allowed')
    assert.equal(await ask(`${String(token)}x`, COURT), 'not-allowed')
    const folder = join(stage.shop, 'tokens')
    assert.deepEqual(await readdir(folder), ['clerk.json'])
    assert.equal((await stat(join(folder, 'clerk.json'))).mode & 0o777, 0o600)
    assert.ok(!(await readFile(join(folder, 'clerk.json'), 'utf8')).includes(String(token)))
  })

  it('every act is told with the token’s name, reads are not', async () => {
    const told = await stage.provider.until('operator', ({ token }) => token === 'clerk')
    const { method, route, status } = told
    assert.deepEqual([method, route, status], ['POST', '/operator/deposits', 200])
    const acts = stage.provider.seen('operator').filter((line) => line['token'] === 'clerk')
    assert.deepEqual(
      acts.map((line) => [line['route'], line['code']]),
      [
        ['/operator/deposits', undefined],
        ['/operator/lift', 'not-allowed']
      ]
    )
  })

  it('the list says what each opens and when it was used; the first one opens everything', async () => {
    const [first, clerk] = await tokens()
    assert.equal(first!['name'], 'first')
    assert.deepEqual(first!['scopes'], ALL_SCOPES)
    assert.deepEqual(clerk!['scopes'], ['read', 'deposits'])
    assert.ok(Math.abs(Number(clerk!['usedAt']) - Date.now()) < 60_000)
  })

  it('a token that was revoked, or has ended, opens nothing, without a restart', async () => {
    const { token } = await create('short', 'metrics')
    assert.equal(await ask(token, '/metrics'), 'ok')
    await stage.command('token-revoked', 'token', 'revoke', 'short', '--data', stage.shop)
    assert.equal(await ask(token, '/metrics'), 'not-allowed')
    const ended = await create('short', 'metrics', '--expires', '0s')
    assert.equal(await ask(ended['token'], '/metrics'), 'not-allowed')
    assert.equal((await tokens()).find(({ name }) => name === 'short')!['usedAt'], 0)
  })

  it('wrong names, scopes and durations are refused by name', async () => {
    const cases: [code: string, args: string[]][] = [
      ['bad-option', ['create', 'clerk', '--scope', 'read']],
      ['bad-option', ['create', 'first', '--scope', 'read']],
      ['bad-option', ['create', '../up', '--scope', 'read']],
      ['bad-option', ['create', 'x', '--scope', 'all']],
      ['bad-option', ['create', 'x', '--scope', 'read', '--expires', 'soon']],
      ['bad-option', ['revoke', 'nobody']]
    ]
    const runs = cases.map(async ([code, args]) => {
      const child = stage.start('token', ...args, '--data', stage.shop)
      assert.equal((await child.until('error'))['code'], code, args.join(' '))
    })
    await Promise.all(runs)
  })
})
