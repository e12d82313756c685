// The BEP 10 extension on two bare bittorrent-protocol wires, without WebTorrent: it tells whether the other side speaks
// Floodgate, and carries frames.
//   npx node -C floodgate-source examples/wire.ts

import Wire from 'bittorrent-protocol'
import { decode, encode } from '@floodgate/protocol'
import { wtFloodgate, type WireUser } from '@floodgate/wire'

const user = (more: Partial<WireUser>): WireUser => ({
  speaks: () => undefined,
  silent: () => console.log('no Floodgate there'),
  frame: (bytes) => console.log('received', decode(bytes, 'reject').message.code),
  failed: (error) => console.error(error),
  ...more
})
const refusal = encode('reject', { code: 'bad-index', message: 0x23, indexes: [7] })
const [ann, bob] = [new Wire(), new Wire()]
ann.pipe(bob).pipe(ann)
ann.use(wtFloodgate(() => user({ speaks: (send) => send(refusal) })))
bob.use(wtFloodgate(() => user({ speaks: () => console.log('speaks Floodgate') })))
for (const wire of [ann, bob]) wire.handshake('11'.repeat(20), '22'.repeat(20))
setTimeout(() => [ann, bob].forEach((wire) => wire.destroy()), 100)
