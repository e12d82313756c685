// What stands before several processes of one provider: it gives each request to one of them by chance, and says that it
// comes from another address each time, so that no budget of a host is what ends a test. Who gets no answer is told nothing.

import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from '../support/random.ts'

export interface Front {
  url: string
  close(): Promise<void>
}

/** A front before the providers at these ports of the loopback. */
export async function startFront(ports: readonly number[], random: Random): Promise<Front> {
  const server = createServer((asked, answer) => pass(asked, answer, random.pick(ports), random))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

function pass(asked: IncomingMessage, answer: ServerResponse, port: number, random: Random): void {
  const { method, url: path, headers } = asked
  const from = [10, random.below(256), random.below(256), random.below(256)].join('.')
  const behind = request({
    ...{ host: '127.0.0.1', port, method, path },
    headers: { ...headers, 'x-forwarded-for': from }
  })
  const giveUp = (): void => void answer.destroy()
  behind.on('error', giveUp)
  behind.on('response', (said) => {
    answer.writeHead(said.statusCode!, said.headers)
    said.on('error', giveUp)
    said.pipe(answer)
  })
  asked.pipe(behind)
}
