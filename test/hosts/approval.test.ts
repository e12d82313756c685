// What a download may cost in all, though its parts are asked for one after another.
import assert from 'node:assert/strict'
import type { Offer } from '@floodgate/protocol'
import type { Torrent } from 'webtorrent'
import { createOutput } from '../../hosts/src/output.ts'
import { Download } from '../../hosts/src/trade/download.ts'

const offer = { price: 2n, currency: 'EUR' } as Offer
const torrent = { name: 'film' } as Torrent

describe('hosts: --price-max', () => {
  it('is for all that a download buys, not for each part of it', async () => {
    const options = { out: '.', priceMax: '0.10' }
    const download = new Download(createOutput(false), new AbortController().signal, options)
    const mayBuy = (pieces: number) => download.approve(offer, torrent, pieces)
    assert.equal(await mayBuy(3), true)
    assert.equal(await mayBuy(3), false)
    assert.equal(await mayBuy(2), true)
    assert.equal(await mayBuy(1), false)
  })
})
