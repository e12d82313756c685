// The child of a pool of processes (seed-in-child.ts): a seeder that does what its parent says over Node's channel.

import { FloodgateError } from '@floodgate/protocol'
import type { Session } from '../commands/command.ts'
import { Stopped, failureOf } from '../failures.ts'
import type { OwnSeeder } from '../provider/own-seeder.ts'
import { stopped } from '../stop.ts'
import type { ToChild, ToParent } from './seed-in-child.ts'

/** What went out is told as often as this. */
const TELL_EVERY_MS = 250

/** Seeds until its parent says that it is enough, ends, or somebody stops us. */
export async function obeyParent({ out, signal }: Pick<Session, 'out' | 'signal'>): Promise<void> {
  const lost = new AbortController()
  const end = AbortSignal.any([signal, lost.signal])
  let bytes = 0
  let seeder: OwnSeeder | undefined
  const say = (word: ToParent): void => void (process.connected && process.send?.(word))
  const tellSent = (): void => {
    if (bytes > 0) say({ kind: 'sent', bytes })
    bytes = 0
  }

  async function obey(word: Exclude<ToChild, { kind: 'retire' }>): Promise<ToParent> {
    if (word.kind === 'begin') {
      const { OwnSeeder } = await import('../provider/own-seeder.ts')
      const { walletFile, settings, limit, turns } = word
      const onSent = (_: string, sent: number): void => void (bytes += sent)
      // The pool starts another child, which checks all of it.
      const onChanged = (): void => lost.abort(new Stopped())
      const told = { out, signal: end, onSent, onChanged }
      const options = { walletFile, settings, turns, uploadLimit: 0, ...told }
      seeder = await OwnSeeder.start({ ...options, ...(limit !== undefined && { limit }) })
      return { kind: 'account', uid: seeder.uid }
    }
    if (word.kind === 'rate') {
      seeder?.setRate(word.rate)
      return { kind: 'rated' }
    }
    const { pieces, missing } = await seeder!.seed(word.shelved)
    if (missing === pieces) throw new FloodgateError('no-source', word.shelved.infoHash)
    return { kind: 'seeding' }
  }

  let working: Promise<void> = Promise.resolve()
  const retired = new Promise<void>((resolve) => {
    process.on('message', (word: ToChild) => {
      if (word.kind === 'retire') return resolve()
      working = working
        .then(() => obey(word))
        .catch((error: unknown): ToParent => ({ kind: 'failed', ...failureOf(error) }))
        .then(say)
    })
  })
  process.once('disconnect', () => lost.abort(new Stopped()))
  if (!process.connected) lost.abort(new Stopped())
  const telling = setInterval(tellSent, TELL_EVERY_MS)
  await Promise.race([retired, stopped(end)])
  await working
  await seeder?.close()
  clearInterval(telling)
  tellSent()
  if (process.connected) process.disconnect()
}
