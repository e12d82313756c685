// `floodgate risk` and `floodgate contents`: what dishonest peers could cost, and what is for sale, with the real commands.

import assert from 'node:assert/strict'
import { KIB, Stage } from './stage.ts'

describe('hosts: risk', function () {
  this.timeout(30_000)
  let stage: Stage
  before(async () => {
    stage = await Stage.open('--port', '0', '--swarm-cap')
  })
  after(() => stage.close())

  it('F55, F71: tells limit, loss, gain and cover of what is for sale; our own seeder is in', async () => {
    const film = await stage.publish('film.bin', 17 * 16 * KIB, { pieceLength: 16 * KIB })
    for (const where of [
      ['--data', stage.shop],
      ['--provider', stage.url]
    ]) {
      const { contents } = await stage.command('contents', 'contents', ...where)
      const [{ infoHash, pieces, length, price, mode }] = contents as [Record<string, unknown>]
      assert.deepEqual(
        [infoHash, pieces, length, price, mode],
        [film.infoHash, 17, film.bytes.length, '2', 'closed']
      )
    }
    const error = await stage.start('contents').until('error')
    assert.equal(error['code'], 'bad-option')
    const risk = async (...args: string[]) => {
      const line = await stage.command('risk', 'risk', '--data', stage.shop, ...args)
      const [content] = line['contents'] as Record<string, unknown>[]
      return { line, content: content! }
    }
    const { line, content } = await risk()
    assert.deepEqual(
      [line['mode'], line['unpaidMax'], line['colluders'], line['currency']],
      ['cap', 8, 1, 'EUR']
    )
    const { infoHash, pieces, membersMax, sellerLoss, holds } = content
    assert.deepEqual(
      { infoHash, pieces, membersMax, sellerLoss, holds },
      { infoHash: film.infoHash, pieces: 17, membersMax: 3, sellerLoss: '16', holds: true }
    )
    let members = content['members']
    while (members !== 1) ({ members } = (await risk()).content)
    const two = (await risk('--colluders', '2')).content
    assert.deepEqual([two['gain'], two['covered']], ['32', '0'])
  })
})
