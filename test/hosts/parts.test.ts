// A content bought in parts with the real commands: some pieces, then the rest; what is free; a purse that is ended.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseFiles, parsePieces } from '../../hosts/src/trade/parts.ts'
import { KIB, Stage } from './stage.ts'

describe('hosts: a content in parts', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open('--port', '0')
  })
  after(() => stage.close())

  it('F22, I1: only what is asked for is bought; run again it buys just the rest', async () => {
    const film = await stage.publish('film.bin', 1000 * KIB)
    const ann = await stage.person('ann', 40n)
    const first = stage.get(ann, film.torrent, '--pieces', '0-3,9')
    await first.succeeded()
    assert.equal((await first.until('purchase'))['count'], 5)
    assert.equal((await first.until('traded'))['paid'], '10')
    assert.equal((await stage.account(ann)).balance, 30n)
    const rest = stage.get(ann, film.torrent)
    await rest.succeeded()
    assert.equal((await rest.until('purchase'))['count'], 11)
    assert.equal((await rest.until('offer'))['bought'], 5)
    assert.deepEqual(await readFile(join(ann.out, film.name)), film.bytes)
    assert.equal((await stage.account(ann)).balance, 8n)
  })

  it('G12: wallet cancel ends a purse; wallet shows it', async () => {
    const book = await stage.publish('book.bin', 600 * KIB)
    const bob = await stage.person('bob', 100n)
    const get = stage.get(bob, book.torrent, '--pieces', '0-1')
    await get.succeeded()
    const shown = await stage.command('wallet', 'wallet', '--wallet', bob.wallet)
    const [purse] = shown['purses'] as { id: string; state: string; refundable: string }[]
    assert.deepEqual([purse!.state, purse!.refundable], ['open', '0'])
    const wallet = ['--wallet', bob.wallet]
    const done = await stage.command(
      'cancelled',
      'wallet',
      'cancel',
      purse!.id.slice(0, 8),
      ...wallet
    )
    assert.deepEqual([done['kept'], done['refundMax']], [2, '0'])
    const after = await stage.command('wallet', 'wallet', ...wallet)
    assert.equal((after['purses'] as { state: string }[])[0]!.state, 'cancelled')
    const unknown = stage.start('wallet', 'cancel', 'ffffffffffff', ...wallet)
    assert.equal(await unknown.ended, 66)
  })

  it('reads what people type', () => {
    assert.deepEqual(parseFiles('1,3'), [1, 3])
    assert.deepEqual(parsePieces('0-99,200'), [
      [0, 99],
      [200, 200]
    ])
    for (const odd of ['', '0', '1,,2', 'a', '-1']) {
      assert.throws(() => parseFiles(odd), { code: 'bad-option' }, odd)
    }
    for (const odd of ['', '5-3', '1-', '-1', '1-2-3', '1;2']) {
      assert.throws(() => parsePieces(odd), { code: 'bad-option' }, odd)
    }
  })
})
