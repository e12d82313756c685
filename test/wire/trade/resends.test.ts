// How often a piece is sent again: by the bytes that went out, and by what was paid (F51).

import assert from 'node:assert/strict'
import type { Sale } from '@floodgate/wallet'
import { Resends } from '../../../plugins/floodgate-wire/src/trade/resends.ts'

const LENGTH = 100
const content = { pieceLength: () => LENGTH }

describe('trade: resends', () => {
  const sale = { count: 0 }
  const resends = (): Resends => Resends.of(sale as Sale, content)
  const send = (index: number, bytes = LENGTH): void => {
    resends().begin(index)
    if (bytes < LENGTH) resends().breakOff(index, bytes)
  }
  beforeEach(() => {
    sale.count = 0
  })
  /** Whole sends of the piece until it is refused. */
  const sends = (index: number): number => {
    let count = 0
    for (; resends().allows(index); count++) send(index)
    return count
  }

  it('F51: a piece goes out four times at most, on however many connections', () => {
    const other = { count: 0 } as Sale
    assert.equal(sends(0), 4)
    assert.equal(sends(0), 0)
    assert.equal(sends(1), 4, 'each piece for itself')
    assert.ok(Resends.of(other, content).allows(0), 'each sale for itself')
  })

  it('F51: four at once are four, however many ask', () => {
    let admitted = 0
    for (let ask = 0; ask < 50; ask++) {
      if (!resends().allows(5)) continue
      resends().begin(5)
      admitted++
    }
    assert.equal(admitted, 4)
  })

  it('F51: what broke off counts for its bytes only, and never makes more than four times the piece', () => {
    send(2, 0)
    for (let i = 0; i < 30; i++) {
      assert.ok(resends().allows(2))
      send(2, 10)
    }
    assert.ok(resends().allows(2), 'three times its length')
    send(2, 1)
    assert.ok(!resends().allows(2))
  })

  it('F51: sixteen paid pieces are good for one resend more, of whichever piece', () => {
    sale.count = 15
    assert.equal(sends(3), 4)
    sale.count = 47
    assert.equal(sends(3) + sends(4), 2 + 4)
    assert.equal(sends(3), 0)
  })
})
