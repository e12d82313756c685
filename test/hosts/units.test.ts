// How amounts, sizes and the exit code of anything are written and read.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { Stopped, failureOf } from '../../hosts/src/failures.ts'
import { expectWritable } from '../../hosts/src/directory.ts'
import { ReadOnlyStore } from '../../hosts/src/read-only-store.ts'
import { money, parseAmount, parseSize, parseUrl, size } from '../../hosts/src/units.ts'

const badOption = { code: 'bad-option' }

describe('hosts: units', () => {
  // prettier-ignore
  const amounts: [minor: bigint, currency: string, text: string][] = [
    [0n,     'EUR',      '0.00 EUR'],
    [5n,     'EUR',      '0.05 EUR'],
    [1250n,  'EUR',      '12.50 EUR'],
    [-7n,    'EUR',      '-0.07 EUR'],
    [1250n,  'JPY',      '1250 JPY'],
    [1250n,  'KWD',      '1.250 KWD'],
    [1250n,  'CREDITS',  '1250 CREDITS'],
    [2n ** 60n, 'EUR',   '11529215046068469.76 EUR']
  ]
  for (const [minor, currency, text] of amounts) {
    it(`${minor} ${currency} is ${text}`, () => assert.equal(money(minor, currency), text))
  }

  it('reads sizes in steps of 1024', () => {
    const read = ['0', '512', '1k', '1K', '16KiB', '1M', '2 GiB'].map(parseSize)
    assert.deepEqual(read, [0, 512, 1024, 1024, 16 * 1024, 1024 ** 2, 2 * 1024 ** 3])
    for (const odd of ['', '-1', '1.5M', '1T', 'k', '0x10']) {
      assert.throws(() => parseSize(odd), badOption, odd)
    }
    assert.equal(size(1536), '1.5 KiB')
  })

  it('reads base URLs of the web only', () => {
    assert.equal(parseUrl('http://127.0.0.1:8700'), 'http://127.0.0.1:8700')
    assert.equal(parseUrl('https://cdn.example/shop//'), 'https://cdn.example/shop')
    for (const odd of ['', '127.0.0.1:8700', 'cdn.example', 'ftp://cdn.example', 'http://a/?b']) {
      assert.throws(() => parseUrl(odd), badOption, odd)
    }
  })

  it('knows the form of an amount before its currency', () => {
    for (const fine of ['0', '5', '12.50', '0.005', '5.00 EUR', '5 CREDITS'])
      assert.equal(parseAmount(fine), fine)
    for (const odd of ['', '-1', '1.', '.5', '01', '1e3', '1,50', '5EUR', '5 eur', '5 EUR ']) {
      assert.throws(() => parseAmount(odd), badOption, odd)
    }
  })
})

describe('hosts: a directory to write to', () => {
  it('is made, tried and left as it was', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
    try {
      await expectWritable(join(dir, 'films', 'new'))
      assert.deepEqual(await readdir(dir, { recursive: true }), ['films', join('films', 'new')])
      const file = join(dir, 'file')
      await writeFile(file, '')
      await assert.rejects(expectWritable(file), { code: 'ENOTDIR' })
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('that takes no files is refused, whoever asks', async function () {
    // Where not even root may write.
    if (process.platform !== 'linux') return this.skip()
    const { exit } = failureOf(await expectWritable('/sys').catch((error: unknown) => error))
    assert.ok([74, 77].includes(exit), String(exit))
    // Where Node's own recursion never ends.
    const within = { code: 'EACCES', message: 'no directory can be made in /proc' }
    await assert.rejects(expectWritable('/proc/films/new'), within)
  })
})

describe('hosts: failures', () => {
  // prettier-ignore
  const rows: [error: unknown, code: string, exit: number][] = [
    [new FloodgateError('wallet-in-use'),                'wallet-in-use',  75],
    [new FloodgateError('unreachable'),                  'unreachable',    69],
    [new Stopped(),                                      'stopped',       130],
    [Object.assign(new Error('x'), { code: 'ENOSPC' }),  'ENOSPC',         74],
    [Object.assign(new Error('x'), { code: 'EACCES' }),  'EACCES',         77],
    [Object.assign(new Error('x'), { code: 'EWHAT' }),   'internal',       70],
    [new Error('x'),                                     'internal',       70],
    ['x',                                                'internal',       70],
    [undefined,                                          'internal',       70]
  ]
  for (const [error, code, exit] of rows) {
    it(`${String(error)}: ${code}, ${exit}`, () => {
      const failure = failureOf(error)
      assert.deepEqual({ code: failure.code, exit: failure.exit }, { code, exit })
    })
  }
})

describe('hosts: the read-only store', () => {
  let path: string
  let store: ReadOnlyStore

  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
    await writeFile(join(path, 'a'), 'abcde')
    await writeFile(join(path, 'b'), 'fghij')
    const files = [
      { path: 'a', offset: 0, length: 5 },
      { path: 'b', offset: 5, length: 5 }
    ]
    store = new ReadOnlyStore(4, { path, files, length: 10 })
  })
  after(async () => {
    await new Promise<unknown>((resolve) => store.close(resolve))
    await rm(path, { recursive: true })
  })

  const get = (index: number, options: { offset?: number; length?: number } | null = null) =>
    new Promise<string>((resolve, reject) => {
      store.get(index, options, (error, chunk) => {
        if (error) reject(error)
        else resolve(Buffer.from(chunk!).toString())
      })
    })

  // prettier-ignore
  const reads: [index: number, options: { offset?: number; length?: number } | null, text: string][] = [
    [0, null,                      'abcd'],
    [1, null,                      'efgh'],
    [2, null,                      'ij'],
    [1, { offset: 1, length: 2 },  'fg'],
    [0, { offset: 3 },             'd'],
    [2, { offset: 1, length: 9 },  'j']
  ]
  for (const [index, options, text] of reads) {
    it(`reads ${text} over files`, async () => assert.equal(await get(index, options), text))
  }

  it('writes nothing', async () => {
    const error = await new Promise((resolve) => store.put(0, new Uint8Array(4), resolve))
    assert.ok(error instanceof Error)
    assert.equal(await get(0), 'abcd')
  })

  it('says so when a file has become shorter', async () => {
    const files = [{ path: 'a', offset: 0, length: 9 }]
    const longer = new ReadOnlyStore(16, { path, files, length: 9 })
    const error = await new Promise((resolve) => longer.get(0, null, resolve))
    assert.ok(error instanceof Error)
    await new Promise<unknown>((resolve) => longer.close(resolve))
  })
})
