// A sealed content with the real commands (F77): published, pushed to a willing peer at the provider's cost, bought before and
// after its release, and its leaked keys traced.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Child, Line } from '../../hosts/src/show/child.ts'
import { sealingOf } from '../../hosts/src/provider/sealing.ts'
import { KIB, Stage, type Person } from './stage.ts'

const FAR = '2100-01-01T00:00:00Z'

describe('hosts: sealed contents', function () {
  this.timeout(60_000)
  let stage: Stage
  let ann: Person

  before(async () => {
    stage = await Stage.open('--port', '0')
    ann = await stage.person('ann', 1000n)
  })
  after(() => stage.close())

  async function publish(name: string, bytes: Uint8Array, release: string): Promise<Line> {
    const file = join(stage.dir, name)
    await writeFile(file, bytes)
    const terms = ['--sealed', '--release', release, '--key-price', '5.00', '--push-budget', '0.50']
    const goods = [
      '--data',
      stage.shop,
      '--price',
      '0.02/piece',
      '--piece-length',
      String(64 * KIB)
    ]
    const line = await stage.command('published', 'publish', file, ...goods, ...terms)
    await stage.provider.until('seeding', (one) => one['infoHash'] === line['infoHash'])
    return line
  }

  it('F77: is pushed at the provider’s cost, and opens for nobody before its release', async () => {
    const bytes = randomBytes(500 * KIB)
    const film = await publish('film.bin', bytes, FAR)
    const secret = await stat(join(stage.shop, 'sealed', `${String(film['infoHash'])}.json`))
    assert.equal(secret.mode & 0o777, 0o600)
    const id = String(film['infoHash'])
    await stage.command('raised', 'push-budget', id.slice(0, 8), '0.80', '--data', stage.shop)
    await stage.provider.until('push-budget', ({ amount }) => amount === '80')
    const lower = stage.start('push-budget', id, '0.79', '--data', stage.shop)
    assert.equal((await lower.until('error'))['code'], 'bad-option')
    const bob = await stage.person('bob', 1n)
    const room = ['--disk', '50MB', '--uplink', '4MB/s']
    const willing = stage.start('willing', ...room, '--wallet', bob.wallet, '--out', bob.out)
    await willing.until('here')

    const get = stage.get(ann, String(film['torrent']))
    assert.equal(await get.ended, 75)
    assert.match(String((await get.until('error'))['text']), /2100-01-01T00:00:00/)
    const sealed = await readFile(join(ann.out, 'film.bin.sealed'))
    assert.ok(!sealed.includes(bytes.subarray(0, 32)), 'it is here, and cannot be read')
    assert.equal(await willing.stop(), 0)
    assert.equal((await stage.account(bob)).balance, 1n, 'it cost him nothing')
  })

  it('F77: opens while it streams for whoever buys the key, when its hour has come; and the key names its buyer', async () => {
    const bytes = randomBytes(500 * KIB)
    // It is out soon, or already when somebody asks: either way it ends well.
    const soon = new Date(Date.now() + 6000).toISOString().replace(/\.\d+/, '')
    const song = await publish('song.bin', bytes, soon)
    // A stranger chose these names: what has them already is ours.
    const [plain, others] = ['song.bin', 'song.bin.keys'].map((name) => join(ann.out, name))
    await mkdir(ann.out, { recursive: true })
    for (const file of [plain!, others!]) await writeFile(file, 'mine')
    const again = (): Child => stage.get(ann, String(song['torrent']), '--wait')
    assert.equal(await again().ended, 64)
    assert.equal(await readFile(plain!, 'utf8'), 'mine')
    await rm(plain!)

    const get = again()
    await get.succeeded()
    assert.deepEqual(await readFile(join(ann.out, 'song.bin')), bytes)
    assert.equal((await get.until('keys'))['price'], '500')
    await get.until('playable')
    const keys = join(ann.out, `${String(song['infoHash'])}.keys`)
    assert.equal(await readFile(others!, 'utf8'), 'mine')
    assert.equal((await stat(keys)).mode & 0o777, 0o600)
    const traced = await stage.command('traced', 'trace', keys, '--data', stage.shop)
    assert.deepEqual(traced['accounts'], [ann.uid])
    await again().succeeded()
    assert.deepEqual(await readFile(plain!), bytes)

    // Pieces and keys are one price: beyond what may be spent nothing is bought, and what is missing is waited for.
    const cyd = await stage.person('cyd', 50n)
    const where = ['--wallet', cyd.wallet, '--out', cyd.out]
    const most = ['--price-max', '5.00']
    assert.equal(await stage.start('get', String(song['torrent']), ...where, ...most).ended, 69)
    assert.equal((await stage.account(cyd)).balance, 50n)
    const poor = stage.get(cyd, String(song['torrent']))
    const missing = 500n + BigInt(Number(song['pieces'])) * 2n - 50n
    assert.equal((await poor.until('insufficient-funds'))['missing'], String(missing))
    await stage.deposit(cyd.uid, missing)
    await poor.succeeded()
    assert.deepEqual(await readFile(join(cyd.out, 'song.bin')), bytes)
  })

  it('asks for what belongs together', () => {
    const release = Date.parse(FAR)
    const bad: Parameters<typeof sealingOf>[0][] = [
      { sealed: true },
      { sealed: true, release },
      { sealed: true, keyPrice: '5.00' },
      { keyPrice: '5.00' },
      { release },
      { pushBudget: '0.01' },
      { sealed: true, release, keyPrice: 'five' },
      { sealed: true, release, keyPrice: '5' },
      { sealed: true, release: Date.now() - 1, keyPrice: '5.00' },
      { sealed: true, release, keyPrice: '5.00', pushBudget: '-0.01' }
    ]
    for (const odd of bad) {
      assert.throws(() => sealingOf(odd, 'EUR'), { code: 'bad-option' }, JSON.stringify(odd))
    }
    assert.equal(sealingOf({}, 'EUR'), undefined)
    const good = sealingOf({ sealed: true, release, keyPrice: '5.00', pushBudget: '0.50' }, 'EUR')
    assert.deepEqual(good, { terms: { release, keyPrice: 500n }, pushBudget: 50n })
  })
})
