// The child of a pool of processes (qos/seed-in-child.ts). It is no command for people: it does what its parent says.

import { FloodgateError } from '@floodgate/protocol'
import { failureOf } from '../failures.ts'
import type { OwnSeeder } from '../provider/own-seeder.ts'
import type { ToChild, ToParent } from '../qos/seed-in-child.ts'
import { stopped } from '../stop.ts'
import type { AddCommand, Session } from './command.ts'

/** What went out is told as often as this. */
const TELL_EVERY_MS = 250

export const addPoolSeeder: AddCommand = (program, act) => {
  program
    .command('pool-seeder', { hidden: true })
    .description('a seeder of a running provider, started by it')
    .action(act((session) => runPoolSeeder(session)))
}

async function runPoolSeeder({ out, signal }: Session): Promise<void> {
  if (process.send === undefined) throw new FloodgateError('bad-option', 'a provider starts it')
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
      const { walletFile, settings, limit } = word
      const onSent = (_: string, sent: number): void => void (bytes += sent)
      const options = { walletFile, settings, out, signal, onSent, uploadLimit: 0 }
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
    process.once('disconnect', resolve)
    process.on('message', (word: ToChild) => {
      if (word.kind === 'retire') return resolve()
      working = working
        .then(() => obey(word))
        .catch((error: unknown): ToParent => ({ kind: 'failed', ...failureOf(error) }))
        .then(say)
    })
  })
  const telling = setInterval(tellSent, TELL_EVERY_MS)
  await Promise.race([retired, stopped(signal)])
  await working
  await seeder?.close()
  clearInterval(telling)
  tellSent()
  if (process.connected) process.disconnect()
}
