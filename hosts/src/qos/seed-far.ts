// A seeder of a provider's pool on another machine. It asks its provider every few seconds what to seed and how fast, and tells
// what it sent. While the provider cannot be heard it does what it was told last, until that is too old; then it gives nothing.

import { FloodgateError, codeOf } from '@floodgate/protocol'
import type { SeederOrderJson, SeederReportJson } from '@floodgate/tracker'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { postSeeder } from '../provider/api-client.ts'
import { OwnSeeder } from '../provider/own-seeder.ts'
import { pause } from '../stop.ts'
import { Follower } from './follower.ts'

interface SeedFarOptions {
  /** The provider's URL, and a token with the scope `seed`. */
  provider: string
  token: string
  /** The provider's shelf, or a copy of it. */
  contents: string
  walletFile: string
  /** It seeds this and nothing else. */
  only?: string | undefined
  limit?: number | undefined
  port?: number | undefined
  turns?: boolean | undefined
  out: Output
  signal: AbortSignal
}

/** Until the provider has answered once. */
const AGAIN_MS = 2000

/** Seeds until `signal` aborts. Rejects with `no-source` when nothing of a content is here, and `not-allowed`. */
export async function seedFar(options: SeedFarOptions): Promise<void> {
  const { provider, token, contents, walletFile, only, limit, port, turns, out, signal } = options
  const sent = new Map<string, number>()
  const seeder = await OwnSeeder.start({
    ...{ walletFile, settings: { url: provider }, out, signal, uploadLimit: 0, limit, port, turns },
    onSent: (infoHash, bytes) => sent.set(infoHash, (sent.get(infoHash) ?? 0) + bytes),
    onChanged: () => follower.stop() // the next order begins anew, and checks all of it
  })
  out.tell('seeder', { uid: seeder.uid }, `seeder    account ${seeder.uid}`)
  const follower = new Follower({ seeder, contents, out })

  async function report(isLeaving?: true): Promise<SeederOrderJson> {
    const told = [...sent].map(([infoHash, bytes]) => ({ infoHash, bytes }))
    const body: SeederReportJson = { uid: seeder.uid, only, sent: told, isLeaving }
    const order = await postSeeder({ url: provider, token }, body)
    // What was sent meanwhile is for the next report; an answer that is lost has it counted twice, never too little.
    for (const { infoHash, bytes } of told) sent.set(infoHash, sent.get(infoHash)! - bytes)
    for (const [infoHash, bytes] of sent) if (bytes === 0) sent.delete(infoHash)
    return order
  }

  let againMs = AGAIN_MS
  try {
    while (!signal.aborted) {
      const asked = Date.now()
      try {
        const order = await report()
        againMs = order.againMs
        follower.follow(order, asked)
      } catch (error) {
        if (codeOf(error) === 'not-allowed') throw error
        out.warn(codeOf(error), failureOf(error).text)
      }
      await Promise.race([pause(againMs, signal), follower.failed])
      if (seeder.ended) throw new FloodgateError('internal', 'the client failed')
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    follower.stop()
    await seeder.close()
    await report(true).catch((error: unknown) => out.warn(codeOf(error), failureOf(error).text))
  }
}
