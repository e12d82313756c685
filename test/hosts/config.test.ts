// Configuration files: every option of the command, errors that name key, path and line, secrets from elsewhere, and which
// word counts.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { z } from 'zod'
import { optionsInForce, parseConfig } from '../../hosts/src/config/config.ts'
import { nearest } from '../../hosts/src/config/nearest.ts'
import { OPTIONS } from '../../hosts/src/config/options.ts'
import type { Section } from '../../hosts/src/config/sections.ts'
import { Stage } from './stage.ts'

const payout: Section = {
  name: 'payout',
  schema: z.strictObject({
    minimum: z.string(),
    split: z.strictObject({ seller: z.int(), provider: z.int() }).optional(),
    rails: z.array(z.strictObject({ key: z.string() })).optional()
  })
}

const parse = (text: string, sections: Section[] = [payout]) =>
  parseConfig(text, '/etc/floodgate/provider.yaml', sections)

describe('hosts: configuration files', () => {
  it('take every option of the command, paths from where the file lies', () => {
    const text = `
      data: shop
      port: 8700
      host: 0.0.0.0
      name: Films
      currency: EUR
      ledger: postgres://db/fg
      seed: false
      url: https://cdn.example/
      trustProxy: true
      swarmCap: true
      collateral: 0.5
      uploadLimit: 8M
      limit: 4
      peerPort: 6881
      payoutFile: payout.yaml
      payoutRun: false
      origin: free
      originRate: 1M
      pushStanding: '5.00'
      qos: target 500 kB/s
      log: json
      logFile: /var/log/floodgate.log
      openMetrics: true
      drain: 10s`
    const { options } = parse(text)
    assert.deepEqual(Object.keys(options).sort(), OPTIONS.map(({ key }) => key).sort())
    const { data, port, url, uploadLimit, logFile, drain } = options
    assert.deepEqual(
      [data, port, url, uploadLimit, logFile, drain],
      [
        ...['/etc/floodgate/shop', 8700, 'https://cdn.example'],
        ...[8 * 1024 ** 2, '/var/log/floodgate.log', 10_000]
      ]
    )
  })

  it('the command line wins over the file, the file over what holds otherwise', () => {
    const said = optionsInForce({ port: 1, seed: false }, { port: 2 })
    assert.deepEqual([said.port, said.seed, said.log], [2, false, 'off'])
  })

  it('sections get what their schema made of it; an empty file is no error', () => {
    const { sections } = parse('payout:\n  minimum: 5.00 EUR\n')
    assert.deepEqual(sections, { payout: { minimum: '5.00 EUR' } })
    assert.deepEqual(parse('').options, {})
  })

  const WRONG: [text: string, said: RegExp][] = [
    ['data: x\nprot: 1\n', /provider\.yaml:2: prot: there is no such key; did you mean port\?/],
    ['trustproxy: true', /:1: trustproxy: .*did you mean trustProxy\?/],
    ['quux: true', /:1: quux: there is no such key\)?$/],
    ['\n\nport: 70000', /:3: port: a number from 0 to 65535/],
    ['seed: maybe', /:1: seed: /],
    ['url: cdn.example', /:1: url: an http/],
    ['collateral: 2', /:1: collateral: a share of the price/],
    ['log: xml', /:1: log: one of json, pretty, off, not xml/],
    ['payout:\n  minimum: "1"\n  splitt: {}', /:3: payout\.splitt: .*did you mean split\?/],
    [
      'payout:\n  minimum: "1"\n  split:\n    seler: 3',
      /:4: payout\.split\.seler|:3: payout\.split/
    ],
    ['payout:\n  minimum: "1"\n  rails:\n    - key: a\n    - kex: b', /:5: payout\.rails\.1/],
    ['payout: 3', /:1: payout: /],
    ['port: 1\nport: 2', /:2: Map keys must be unique/],
    ['a: [', /:1: /],
    ['- a', /:1: /]
  ]
  for (const [text, said] of WRONG) {
    it(`names the key and its line: ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parse(text),
        (error: FloodgateError) => {
          assert.equal(error.code, 'bad-option')
          assert.match(error.detail, said)
          return true
        }
      )
    })
  }

  it('suggests only what is near', () => {
    assert.equal(nearest('curency', ['currency', 'data']), 'currency')
    assert.equal(nearest('zzz', ['currency', 'data']), undefined)
  })
})

describe('hosts: floodgate --config', function () {
  this.timeout(60_000)
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'floodgate-config-'))
  })
  after(() => rm(dir, { recursive: true }))

  it('runs a provider by a file, and the command line wins', async () => {
    const file = join(dir, 'provider.yaml')
    const own = 'data: nowhere\nname: Films\nseed: false\nport: 0\n'
    const payout = 'payout: { minimum: 5.00 EUR, rail: credit }\n'
    const deposits = 'deposits: { sepa: { iban: DE75512108001245126199, name: Films } }\n'
    await writeFile(file, own + payout + deposits)
    const stage = await Stage.open('--config', file, '--no-seed')
    try {
      assert.equal(stage.provider.seen('listening')[0]!['name'], 'Films')
      assert.equal(stage.provider.seen('listening')[0]!['data'], stage.shop)
      const plan = await stage.command(
        'payout-run',
        'payout',
        'run',
        '--dry-run',
        '--data',
        stage.shop
      )
      assert.match(JSON.stringify(plan), /5\.00 EUR/)
    } finally {
      await stage.close()
    }
  })

  it('config check shows all that is in force, and no secret', async () => {
    const file = join(dir, 'secret.yaml')
    const password = join(dir, 'url')
    await writeFile(password, 'postgres://fg:swordfish@db/fg\n')
    await writeFile(file, `data: shop\nledger: file:${password}\nname: env:FLOODGATE_TEST_NAME\n`)
    const stage = await Stage.open('--port', '0', '--no-seed')
    try {
      const check = stage.startWith({ FLOODGATE_TEST_NAME: 'marlin' }, 'config', 'check', file)
      const { config } = await check.until('config')
      assert.deepEqual(config, {
        ...{ data: join(dir, 'shop'), ledger: '[hidden]', name: '[hidden]' },
        ...{ seed: true, trustProxy: false, swarmCap: false, log: 'off', payoutRun: true },
        ...{ openMetrics: false, drain: 0, origin: 'off', collateral: 0 }
      })
      await check.ended
      assert.ok(!check.log.includes('swordfish') && !check.log.includes('marlin'), check.log)
      const missing = stage.start('config', 'check', file)
      assert.match(
        String((await missing.until('error'))['text']),
        /:3: name: env:FLOODGATE_TEST_NAME/
      )
      assert.equal(await missing.ended, 64)
      await writeFile(file, 'ledger: postgres://fg:sword/f@ish@db/fg\n')
      const plain = await stage.command('config', 'config', 'check', file)
      assert.equal((plain['config'] as { ledger: string }).ledger, 'postgres://fg:[hidden]@db/fg')
    } finally {
      await stage.close()
    }
  })
})
