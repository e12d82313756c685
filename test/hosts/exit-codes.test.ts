// Every way to use the commands wrongly that a user meets, with the exit code and the error code: one table.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ERRORS } from '@floodgate/protocol'
import { KIB, Stage, type Person, type Sold } from './stage.ts'

const NOWHERE = 'http://127.0.0.1:9'
const NO_HASH = '0123456789abcdef0123456789abcdef01234567'
const NO_UID = '0123456789abcdef0123456789abcdef'
const WRONG = { FLOODGATE_PASSPHRASE: 'wrong' }

describe('hosts: exit codes', function () {
  this.timeout(30_000)
  let stage: Stage
  let ann: Person
  let film: Sold
  let text: string

  before(async () => {
    stage = await Stage.open('--port', '0')
    film = await stage.publish('film.bin', 100 * KIB)
    ann = await stage.person('ann', 10n)
    text = join(stage.dir, 'letter.txt')
    await writeFile(text, 'not a torrent')
    const torrent = await readFile(film.torrent)
    await writeFile(inDir('cut.torrent'), torrent.subarray(0, torrent.length - 9))
    await writeFile(inDir('empty.bin'), '')
    await mkdir(inDir('nothing'))
    await mkdir(inDir('mine'))
    await writeFile(inDir('mine/letter.txt'), '')
  })
  after(() => stage.close())

  const inDir = (name: string): string => join(stage.dir, name)
  const publish = (path: string, ...more: string[]): string[] => [
    ...['publish', path, '--data', stage.shop, '--price', '0.01/piece'],
    ...more
  ]
  const get = (target: string, ...more: string[]): string[] => [
    'get',
    target,
    '--wallet',
    ann.wallet,
    '--out',
    ann.out,
    ...more
  ]
  const magnet = (hash: string, url: string): string =>
    `magnet:?xt=urn:btih:${hash}&tr=${encodeURIComponent(`${url}/announce`)}`

  // prettier-ignore
  const rows: [what: string, exit: number, code: string, args: () => string[], env?: Record<string, string> | undefined, says?: RegExp][] = [
    ['no such wallet',          66, 'no-wallet',          () => ['wallet', '--wallet', join(stage.dir, 'no.wallet')]],
    ['a wrong passphrase',      77, 'wrong-passphrase',   () => ['wallet', '--wallet', ann.wallet], WRONG],
    ['a damaged wallet',        74, 'wallet-damaged',     () => ['wallet', '--wallet', text]],
    ['no provider there',       69, 'unreachable',        () => ['register', '--provider', NOWHERE, '--wallet', join(stage.dir, 'new')]],
    ['another provider',        65, 'wrong-provider',     () => ['register', '--provider', NOWHERE, '--wallet', ann.wallet]],
    ['an unknown info hash',    66, 'unknown-content',    () => get(NO_HASH, '--yes')],
    ['an unknown magnet',       66, 'unknown-content',    () => get(magnet(NO_HASH, stage.url), '--yes')],
    ['another’s magnet',        65, 'wrong-provider',     () => get(magnet(NO_HASH, NOWHERE), '--yes')],
    ['no torrent file',         65, 'not-a-paid-torrent', () => get(text, '--yes')],
    ['half a torrent file',     65, 'not-a-paid-torrent', () => get(inDir('cut.torrent'), '--yes')],
    ['no such file',            66, 'ENOENT',             () => get(join(stage.dir, 'no.torrent'), '--yes')],
    ['an address without one',  66, 'not-found',          () => get(`${stage.url}/floodgate/v1/no.torrent`, '--yes')],
    ['a file to put it in',     66, 'ENOTDIR',            () => get(film.torrent, '--yes', '--out', text)],
    ['a file to put it below',  66, 'ENOTDIR',            () => get(film.torrent, '--yes', '--out', join(text, 'films'))],
    ['nobody to ask',           64, 'bad-option',         () => get(film.torrent)],
    ['more than was allowed',   69, 'price-changed',      () => get(film.torrent, '--price-max', '0.03')],
    ['withdraw nothing',        64, 'bad-option',         () => ['withdraw', '', '--data', stage.shop], undefined, /say which content/],
    ['a budget for nothing',    64, 'bad-option',         () => ['push-budget', '', '5.00', '--data', stage.shop], undefined, /say which content/],
    ['a port to trade in use',  69, 'EADDRINUSE',         () => get(film.torrent, '--yes', '--port', new URL(stage.url).port)],
    ['half a command',          64, 'bad-option',         () => ['qos']],
    ['no purse to cancel',      66, 'unknown-purse',      () => ['wallet', 'cancel', 'ffff', '--wallet', ann.wallet], undefined, /ffff: this wallet has no purses/],
    ['which purse?',            64, 'bad-option',         () => ['wallet', 'cancel', '--wallet', ann.wallet], undefined, /say which purse/],
    ['an unknown option',       64, 'bad-option',         () => get(film.torrent, '--yse')],
    ['an unknown command',      64, 'bad-option',         () => ['gett', film.torrent]],
    ['a missing option',        64, 'bad-option',         () => ['publish', text]],
    ['an odd price',            64, 'bad-option',         () => ['publish', text, '--price', '1.50', '--data', stage.shop]],
    ['a price of nothing',      64, 'bad-option',         () => ['publish', text, '--price', '0/piece', '--data', stage.shop]],
    ['an odd piece length',     64, 'bad-option',         () => ['publish', text, '--price', '0.01/piece', '--piece-length', '100k', '--data', stage.shop]],
    ['nothing to publish',      66, 'ENOENT',             () => ['publish', join(stage.dir, 'no'), '--price', '0.01/piece', '--data', stage.shop]],
    ['no price fits',           64, 'bad-option',         () => ['publish', text, '--price', '1.50/GB', '--data', stage.shop]],
    ['1 piece, 1 or 100 cents', 64, 'bad-option',         () => ['publish', text, '--price', '1/piece', '--data', stage.shop]],
    ['5 cents or 5 euros',      64, 'bad-option',         () => ['deposit', ann.uid, '5', '--reason', 'x', '--data', stage.shop]],
    ['a most of what?',         64, 'bad-option',         () => get(film.torrent, '--price-max', '1000')],
    ['an empty file',           64, 'bad-option',         () => publish(inDir('empty.bin'))],
    ['an empty directory',      64, 'bad-option',         () => publish(inDir('nothing'))],
    ['no file, no directory',   64, 'bad-option',         () => publish(devNull)],
    ['no provider in there',    64, 'bad-option',         () => ['publish', text, '--price', '0.01/piece', '--data', join(stage.dir, 'empty')]],
    ['a second provider',       75, 'ledger-in-use',      () => ['provider', '--data', stage.shop]],
    ['books in use',            75, 'ledger-in-use',      () => ['books', '--data', stage.shop], undefined, /stop the provider of .*shop first/],
    ['a provider in a file',    66, 'ENOTDIR',            () => ['provider', '--data', text]],
    ['no URL of a provider',    64, 'bad-option',         () => ['register', '--provider', '127.0.0.1:8700', '--wallet', inDir('new')]],
    ['no URL to be found at',   64, 'bad-option',         () => ['provider', '--data', inDir('other'), '--url', 'cdn.example']],
    ['a port in use',           69, 'EADDRINUSE',         () => ['provider', '--data', inDir('other/deep'), '--port', new URL(stage.url).port]],
    ['another port in use',     69, 'EADDRINUSE',         () => ['provider', '--data', inDir('mine'), '--port', new URL(stage.url).port]],
    ['a web of no origin',      64, 'bad-option',         () => ['provider', '--data', inDir('other'), '--port', '0', '--qos', 'target 500 kB/s, web 1 MB/s'], undefined, /web needs --origin/],
    ['an address for nobody',   64, 'bad-option',         () => ['provider', '--data', inDir('other'), '--port', '0', '--host', '0.0.0.0'], undefined, /say --url/],
    ['another’s address',       69, 'EADDRNOTAVAIL',      () => ['provider', '--data', inDir('other'), '--port', '0', '--host', '192.0.2.1']],
    ['an unknown account',      77, 'unknown-account',    () => ['deposit', NO_UID, '0.05', '--reason', 'x', '--data', stage.shop]],
    ['no reason',               64, 'bad-option',         () => ['deposit', ann.uid, '0.05', '--reason', ' ', '--data', inDir('other')], undefined, /say why/],
    ['a ledger of no kind',     64, 'bad-option',         () => ['provider', '--data', inDir('other'), '--port', '0', '--ledger', 'mysql://db/fg'], undefined, /postgres:/],
    ['a deposit to ask about',  64, 'bad-option',         () => ['deposit', ann.uid, '1000.01', '--reason', 'x', '--data', stage.shop], undefined, /say --yes/],
    ['why of no promise',       69, 'not-offered',        () => ['qos', 'explain', '--data', stage.shop], undefined, /seeding by promise is not enabled/],
    ['an odd uid',              64, 'bad-option',         () => ['deposit', 'xyz', '0.05', '--reason', 'x', '--data', stage.shop]],
    ['no contents to seed',     66, 'ENOENT',             () => ['seed', inDir('no'), '--torrent', film.torrent, '--wallet', ann.wallet]],
    ['seeding what?',           64, 'bad-option',         () => ['seed', text, '--wallet', ann.wallet]],
    ['contents that are not',   64, 'bad-option',         () => ['seed', text, '--torrent', film.torrent, '--wallet', ann.wallet]]
  ]
  for (const [what, exit, code, args, env = {}, says = /./] of rows) {
    it(`${what}: ${code}, ${exit}`, async () => {
      const [command, ...rest] = args() as [string, ...string[]]
      const child = stage.startWith(env, command, ...rest)
      assert.equal(await child.ended, exit, String(child.failure()))
      assert.equal(child.seen('error').at(-1)?.['code'], code)
      assert.match(String(child.seen('error').at(-1)?.['text']), says)
      assert.deepEqual(child.seen('traded'), [], 'it speaks of trade')
    })
  }

  it('none of it cost anything, or put anything on the shelf', async () => {
    assert.deepEqual(stage.provider.seen('sold'), [])
    assert.deepEqual(await readdir(join(stage.shop, 'contents')), [film.infoHash])
    assert.ok(!(await readdir(stage.dir)).includes('other'), 'a provider that never ran')
    assert.deepEqual(await readdir(inDir('mine')), ['letter.txt'])
    assert.equal(await readFile(text, 'utf8'), 'not a torrent')
  })

  it('the provider’s own accounts are listed: its seeder’s', async () => {
    const { accounts } = await stage.command('own-accounts', 'own', '--data', stage.shop)
    assert.deepEqual(
      (accounts as { uid: string }[]).map(({ uid }) => uid),
      [stage.seeder]
    )
  })

  it('the help names every exit code and error', async () => {
    const command = fileURLToPath(new URL('../../hosts/bin/floodgate.js', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [command, 'help', 'exit-codes'])
    for (const [code, { exit }] of Object.entries(ERRORS)) {
      assert.match(stdout, new RegExp(`\\b${exit}\\b`))
      assert.ok(stdout.includes(code), code)
    }
  })
})
