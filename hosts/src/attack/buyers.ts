// Dishonest buyers: bytes without money. Nothing leaves a seller but admitted pieces, each sent a
// few times at most, and debt is counted by account over all connections, purses and addresses;
// what stays unpaid the court pays from the purse (F37, F51, F52, F57, G2, I2, I4, W6).

import type { Attack } from './scenario.ts'

export const buyers: Attack[] = [
  {
    name: 'resend-abuse',
    line: 'a piece that was paid is asked for again and again',
    bound: 0,
    defences: ['too-many-resends'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      let sent = 0
      for (let connection = 0; connection < 3; connection++) {
        const link = await rogue.dial(seller)
        for (let resend = connection === 0 ? 0 : 1; resend <= 3; resend++) {
          await link.take(0, { resend })
          if (rogue.paidTo(seller.wallet.uid).size === 0) await link.settle([0])
        }
        sent += link.line.wire.downloaded
        await link.line.hangUp()
      }
      if (sent > 4 * bed.content.pieceLength)
        throw new Error(`${sent} bytes of one piece were sent`)
    }
  },
  {
    name: 'odd-requests',
    line: 'blocks are asked for without signature, of no length, unaligned, twice, or past the end',
    bound: 0,
    defences: ['bad-field'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const { pieceLength, count } = bed.content
      const stranger = await rogue.connect(seller, { mute: true })
      await stranger.fetch(0)
      const asks: [index: number, offset: number, length: number][] = [
        [0, 0, 0],
        [0, 0, -1],
        [-1, 0, 16_384],
        [count, 0, 16_384],
        [0, 1, 16_384],
        [0, 0, pieceLength],
        [0, 8192, 16_384],
        [0, pieceLength, 16_384],
        [0, 0x7fff_ffff, 16_384]
      ]
      for (const [index, offset, length] of asks) {
        const link = await rogue.dial(seller)
        // Signed for another piece: that one is not to open this one.
        await link.request([1])
        await link.line.ask(index, offset, length, (at, block) =>
          rogue.keep(seller.uid, index, at, block)
        )
        await link.line.hangUp()
      }
      const link = await rogue.dial(seller)
      await link.fetch(1)
      await link.take(0)
      await link.payUp()
    }
  },
  {
    name: 'reconnecting-debtor',
    line: 'a buyer that owes comes back on new connections and from other addresses',
    bound: 0,
    defences: ['blocks held', 'complaint proved'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      for (let index = 0; index < 4; index++) {
        const link = await rogue.dial(seller, { localAddress: `127.0.0.${index + 2}` })
        await link.take(index)
        if (index % 2 === 0) await link.line.hangUp()
      }
    }
  },
  {
    name: 'second-purse-debtor',
    line: 'a buyer that owes buys a second purse and begins anew with it',
    bound: 0,
    defences: ['blocks held', 'complaint proved'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogue(2n * bed.content.total)]
      await rogue.buy()
      await (await rogue.dial(seller)).take(0)
      await rogue.buy(true)
      await (await rogue.dial(seller)).take(1)
    }
  },
  {
    name: 'half-pieces',
    line: 'half of a piece is taken from each seller, so that none is owed for a whole one',
    bound: 0,
    defences: ['blocks held', 'complaint proved'],
    async run(bed) {
      const sellers = [await bed.seller(), await bed.seller()]
      const rogue = await bed.rogueBuyer()
      for (const index of [0, 1, 2]) {
        for (const [half, seller] of sellers.entries()) {
          const link = await rogue.dial(seller)
          await link.request([index])
          await link.fetch(index, [bed.content.offsets[half]!])
          await link.line.hangUp()
        }
      }
    }
  },
  {
    name: 'trust-then-stiff',
    line: 'a buyer pays until its limit is the highest, and then no more',
    bound: 0,
    limit: 4,
    pieces: 16,
    defences: ['blocks held', 'complaint proved'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller({ limitMax: 4 }), await bed.rogueBuyer()]
      const link = await rogue.dial(seller)
      await link.buy([0, 1, 2, 3, 4])
      for (let index = 5; index < 12; index++) await link.take(index)
    }
  },
  {
    name: 'false-junk',
    line: 'a buyer says of true pieces that they were junk, to get more and to have the seller banned',
    bound: 0,
    defences: ['blocks held', 'too-many-resends', 'complaint proved'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const link = await rogue.dial(seller)
      for (let resend = 0; resend <= 3; resend++) {
        await link.take(0, { resend })
        link.say('reject', { code: 'junk-piece', message: 0x24, indexes: [0] })
      }
      await link.take(0, { resend: 3 })
      await link.take(1)
      const buyer = await bed.buyer()
      await buyer.done()
    }
  },
  {
    name: 'slow-reader',
    line: 'a buyer asks for tens of thousands of blocks and reads nothing',
    bound: 0,
    defences: ['connection closed'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const link = await rogue.dial(seller)
      const closed = seller.next('closed')
      await link.request([0, 1, 2, 3, 4, 5, 6, 7])
      link.line.socket.pause()
      for (let i = 0; i < 20_000; i++) link.line.ask(i % 8, 0, 16_384, () => undefined)
      const buyer = await bed.buyer()
      await buyer.done()
      await closed
    }
  }
]
