/** A bare wire to a member of a swarm, that says what it is told to and nothing else. */
import { once } from 'node:events'
import net from 'node:net'
import Wire from 'bittorrent-protocol'
import { KIB, type Member } from './swarm.ts'

export const BLOCK = 16 * KIB

export interface Bare {
  wire: Wire
  socket: net.Socket
  /** What came: index and offset of blocks, and of rejects. */
  blocks: string[]
  rejects: string[]
}

export const sockets: net.Socket[] = []

/** A bare wire to a member, with the pretend extension, interested and (if `unchoked`) unchoked. */
export async function bare(
  member: Member,
  options: { plugin?: boolean; unchoked?: boolean } = {}
): Promise<Bare> {
  const wire = new Wire()
  const socket = net.connect(member.port, '127.0.0.1')
  sockets.push(socket)
  const blocks: string[] = []
  const rejects: string[] = []
  wire.on('piece', (index, offset) => blocks.push(`${index}/${offset / BLOCK}`))
  wire.on('reject', (index, offset) => rejects.push(`${index}/${offset / BLOCK}`))
  if (options.plugin !== false) {
    class Pretend {
      get name() {
        return 'pretend'
      }
    }
    wire.use(Pretend)
  }
  socket.on('error', () => wire.destroy())
  socket.pipe(wire as never)
  wire.pipe(socket)
  wire.handshake(member.torrent.infoHash, Buffer.alloc(20, sockets.length), { fast: true })
  await once(wire as never, 'have-all')
  wire.haveNone()
  wire.interested()
  if (options.unchoked !== false) await once(wire as never, 'unchoke')
  return { wire, socket, blocks, rejects }
}

/** Everything sent so far was handled by the member: it answered an extended message that it cannot know. */
export async function settled({ wire }: Bare, member: Member): Promise<void> {
  const theirs = member.torrent.wires.at(-1)!
  const answer = once(theirs as never, 'keep-alive')
  wire.keepAlive()
  await answer
  const back = once(wire as never, 'keep-alive')
  theirs.keepAlive()
  await back
}
