// `floodgate seed` while it runs and as it ends: its wallet can be looked at, and it says what became of the trade.

import assert from 'node:assert/strict'
import { toHex } from '@floodgate/protocol'
import type { Output } from '../../hosts/src/output.ts'
import { tellTraded } from '../../hosts/src/trade/summary.ts'
import { Tally } from '../../hosts/src/trade/tally.ts'
import type { Trading } from '../../hosts/src/trade/trading.ts'
import { KIB, Stage } from './stage.ts'

describe('hosts: seed', function () {
  this.timeout(60_000)

  it('its wallet can be looked at meanwhile, and in the end it tells of its trade', async () => {
    const stage = await Stage.open('--port', '0')
    try {
      const film = await stage.publish('film.bin', 100 * KIB)
      const ann = await stage.person('ann', 100n)
      await stage.get(ann, film.torrent, '--turns', '--upload-limit', '1M').succeeded()
      const args = [ann.out, '--torrent', film.torrent, '--wallet', ann.wallet, '--turns']
      const seed = stage.start('seed', ...args)
      await seed.until('announced')
      const look = stage.start('wallet', '--wallet', ann.wallet)
      await look.succeeded()
      const savedAt = Number(look.seen('glance')[0]!['savedAt'])
      assert.ok(savedAt > 0 && savedAt <= Date.now())
      const [shown] = look.seen('wallet')
      assert.equal(shown!['uid'], ann.uid)
      assert.equal((shown!['purses'] as unknown[]).length, 1)
      const history = stage.start('wallet', 'history', '--wallet', ann.wallet)
      await history.succeeded()
      assert.deepEqual(
        history.seen('history').filter(({ kind }) => kind === 'crashed'),
        []
      )

      assert.equal(await seed.stop(), 0)
      const [traded] = seed.seen('traded')
      const none = { pieces: 0, amount: '0' }
      assert.deepEqual(
        [traded!['earned'], traded!['owed'], traded!['unclaimed']],
        ['0', none, none]
      )
    } finally {
      await stage.close()
    }
  })

  it('the last words name what was earned, what buyers still owe, and how to claim', () => {
    const tally = new Tally()
    tally.earned({ uid: 'aa', indexes: [0, 1, 2], price: 5n })
    const trading = {
      tally,
      wallet: { uid: new Uint8Array(16) },
      owedToUs: () => ({ pieces: 1, amount: 5n }),
      unclaimed: () => ({ pieces: 3, amount: 15n })
    } as Pick<Trading, 'tally' | 'owedToUs' | 'unclaimed'> as Trading
    const said: string[] = []
    const told: object[] = []
    const out: Pick<Output, 'say' | 'tell'> = {
      say: (text) => void said.push(text),
      tell: (_, fields) => void told.push(fields)
    }
    tellTraded(out as Output, trading, 'EUR')
    assert.deepEqual(said, [
      'paid 0.00 EUR to 0 peers, earned 0.15 EUR from 1 peer',
      'not paid to us yet: 1 piece for 0.05 EUR; buyers pay when they meet us again',
      '0.15 EUR can be claimed: floodgate claim does it, with this wallet'
    ])
    assert.deepEqual(told, [
      {
        uid: toHex(new Uint8Array(16)),
        ...{ paid: 0n, earned: 15n, currency: 'EUR', bought: [], sold: tally.sold },
        ...{ owed: { pieces: 1, amount: 5n }, unclaimed: { pieces: 3, amount: 15n } }
      }
    ])
  })
})
