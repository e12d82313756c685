// A content is withdrawn from sale with the real commands, and stays so until somebody publishes it again.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Line } from '../../hosts/src/show/child.ts'
import { KIB, Stage, type Sold } from './stage.ts'

describe('hosts: withdraw', function () {
  this.timeout(60_000)
  let stage: Stage
  let film: Sold
  before(async () => {
    stage = await Stage.open('--port', '0')
    film = await stage.publish('film.bin', 200 * KIB)
  })
  after(() => stage.close())
  const withdraw = (content: string): Promise<Line> =>
    stage.command('withdrawn', 'withdraw', content, '--data', stage.shop)
  const publish = (price: string): Promise<Line> =>
    stage.command(
      'published',
      ...['publish', join(stage.dir, film.name), '--data', stage.shop],
      ...['--price', price, '--piece-length', '64k']
    )
  const forSale = async (): Promise<unknown[]> => {
    const { contents } = await stage.command('contents', 'contents', '--data', stage.shop)
    return (contents as { infoHash: string }[]).map(({ infoHash }) => infoHash)
  }
  const refused = async (command: string, ...args: string[]): Promise<unknown> =>
    (await stage.start(command, ...args).until('error'))['code']

  it('nothing more is sold; a purse that was sold is traded to its end', async () => {
    const [ann, bob] = await Promise.all([stage.person('ann', 100n), stage.person('bob', 100n)])
    // Ann has her purse, and comes back for the pieces when the film is withdrawn.
    const early = stage.get(ann, film.torrent, '--download-limit', '16k')
    await early.until('purchase')
    await early.stop()
    assert.equal((await withdraw(film.name))['repeated'], false)
    await stage.provider.until('withdrawn', (line) => line['infoHash'] === film.infoHash)
    assert.deepEqual(await forSale(), [])
    assert.equal((await withdraw(film.infoHash))['repeated'], true)
    assert.equal(await refused('withdraw', film.name, '--data', stage.shop), 'unknown-content')
    const bobGets = stage.get(bob, film.torrent)
    assert.equal(await bobGets.ended, 69)
    assert.equal(bobGets.seen('error')[0]?.['code'], 'withdrawn')
    assert.equal((await stage.account(bob)).balance, 100n)
    // Nobody is asked what it may cost.
    const asked = ['--wallet', bob.wallet, '--out', bob.out, '--price-max', '0.01']
    assert.equal(await refused('get', film.torrent, ...asked), 'withdrawn')
    await stage.get(ann, film.torrent).succeeded()
    assert.deepEqual(await readFile(join(ann.out, film.name)), film.bytes)
    assert.equal((await stage.account(ann)).balance, 100n - film.total)
  })

  it('who bought a part of it gets that part, whatever else is asked for, and hears of the rest once', async () => {
    const book = await stage.publish('book.bin', 512 * KIB)
    const carol = await stage.person('carol', 100n)
    const early = stage.get(carol, book.torrent, '--pieces', '1-4', '--download-limit', '16k')
    await early.until('purchase')
    await early.stop()
    const { balance } = await stage.account(carol)
    await withdraw(book.name)
    const again = stage.get(carol, book.torrent)
    assert.equal(await again.ended, 69)
    assert.equal(again.seen('error')[0]?.['code'], 'withdrawn')
    assert.equal(again.seen('warning').filter(({ code }) => code === 'withdrawn').length, 1)
    assert.ok(again.seen('announced').length > 0)
    await stage.get(carol, book.torrent, '--pieces', '1-4').succeeded()
    assert.equal((await stage.account(carol)).balance, balance)
    const length = book.bytes.length / book.pieces
    const copy = await readFile(join(carol.out, book.name))
    const part = (whole: Buffer): Buffer => whole.subarray(length, 5 * length)
    assert.deepEqual(part(copy), part(book.bytes))
  })

  it('a restart sells nothing that was withdrawn; to publish it again does', async () => {
    await stage.provider.stop()
    await stage.startProvider()
    await stage.provider.until('withdrawn', (line) => line['infoHash'] === film.infoHash)
    await stage.provider.until('seeding', (line) => line['infoHash'] === film.infoHash)
    assert.deepEqual(stage.provider.seen('published'), [])
    assert.deepEqual(await forSale(), [])
    const { sold, infoHash, older } = await publish('0.02/piece')
    assert.deepEqual([sold, infoHash, older], [true, film.infoHash, []])
    assert.deepEqual(await forSale(), [film.infoHash])
  })

  it('an older offer of the same data is named when another price is asked', async () => {
    const { infoHash, older } = await publish('0.03/piece')
    assert.deepEqual(older, [film.infoHash])
    assert.equal((await forSale()).length, 2)
    assert.equal(await refused('withdraw', film.name, '--data', stage.shop), 'bad-option')
    await withdraw(film.infoHash.slice(0, 12))
    assert.deepEqual(await forSale(), [infoHash])
    assert.deepEqual((await publish('0.04/piece'))['older'], [infoHash])
  })
})
