// `floodgate provider --qos` with real commands: nobody wants it and nothing runs; a buyer comes and is given what is missing;
// he has it and the seeder is retired; and the operator is told why.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KIB, Stage } from '../stage.ts'

const CONFIG = `
qos:
  target: 400 kB/s
  budget: { perDay: 1 GB }
  everySeconds: 1
  announceSeconds: 1
`

describe('hosts: provider --qos', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.configured(CONFIG)
  })
  after(() => stage.close())

  const explain = (...args: string[]) =>
    stage.command('qos', 'qos', 'explain', ...args, '--data', stage.shop)

  it('F5, F76, F78, F79: seeds what a leecher lacks, and is retired afterwards; explain says why', async () => {
    const bytes = Buffer.alloc(2_000 * KIB, 'floodgate')
    const file = join(stage.dir, 'film.bin')
    await writeFile(file, bytes)
    const options = ['--price', '0.01/piece', '--piece-length', String(64 * KIB)]
    const sold = await stage.command('published', 'publish', file, '--data', stage.shop, ...options)
    const infoHash = String(sold['infoHash'])
    await stage.provider.until('published')
    const ann = await stage.person('ann', 100n)
    assert.deepEqual(stage.provider.seen('qos'), [])

    const get = stage.get(ann, String(sold['torrent']))
    const given = await stage.provider.until('qos', (line) => line['seeders'] === 1)
    assert.deepEqual([given['infoHash'], given['webSeed']], [infoHash, 'closed'])
    assert.ok(Number(given['rate']) >= 400_000)
    assert.match(String(given['reason']), /Target 400 kB\/s: \d leechers? × 420 kB\/s/)
    const started = given.at!
    const why = await explain(infoHash.slice(0, 6))
    assert.equal(why['policy'], 'target 400 kB/s, per day 1 GB')
    await get.succeeded()
    const seconds = (Date.now() - started) / 1000
    assert.deepEqual(await readFile(join(ann.out, 'film.bin')), bytes)
    // 2 MB at 400 to 525 kB/s; the bucket holds a second's bytes at first.
    assert.ok(seconds > 2.5, `${seconds} s`)

    await stage.provider.until('qos', (line) => line['rate'] === 0 && line['seeders'] === 0)
    const [content] = (await explain())['contents'] as Record<string, unknown>[]
    assert.deepEqual([content!['rate'], content!['reason']], [0, 'Nobody is downloading.'])
    assert.ok(Number(content!['sent']) >= bytes.length)
    const named = (await explain('film.bin'))['contents'] as Record<string, unknown>[]
    assert.deepEqual(
      named.map((one) => one['infoHash']),
      [infoHash]
    )
    const unknown = stage.start('qos', 'explain', 'ffff', '--data', stage.shop)
    assert.equal(await unknown.ended, 66)
    assert.equal(await stage.provider.stop(), 0)
    assert.ok(stage.provider.seen('claim').length > 0, 'it claimed what it earned')
  })

  it('W16: what was sent today is known after a restart, and stops at the budget', async () => {
    const args = ['--qos', 'target 400 kB/s, per day 1 kB']
    stage.provider = stage.start('provider', '--data', stage.shop, ...args)
    await stage.provider.until('published')
    const bob = await stage.person('bob', 100n)
    const get = stage.get(bob, String((await stage.provider.until('published'))['infoHash']))
    const told = async (): Promise<Record<string, unknown> | undefined> =>
      ((await explain())['contents'] as Record<string, unknown>[])[0]
    let said = await told()
    while (!/left of today/.test(String(said?.['reason']))) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      said = await told()
    }
    assert.deepEqual([said!['rate'], said!['seeders']], [0, 0])
    assert.ok(Number(said!['sentToday']) > 2_000_000)
    await get.stop()
  })

  it('is told nothing where nothing is promised, and refuses what cannot be kept', async () => {
    await stage.provider.stop()
    await stage.startProvider('--no-seed')
    const asked = stage.start('qos', 'explain', '--data', stage.shop)
    assert.equal(await asked.ended, 69)
    const wrong = stage.start('provider', '--data', stage.shop, '--qos', 'target soon')
    assert.equal(await wrong.ended, 64)
  })
})
