// A seeder of the pool in a process of its own: another core, and a crash that ends nobody else. Parent and child speak over
// Node's channel; when that breaks, or at a signal, the child puts everything away and ends.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FloodgateError, isErrorCode } from '@floodgate/protocol'
import type { Output } from '../output.ts'
import type { Settings } from '../provider/home.ts'
import type { Shelved } from '../provider/shelf.ts'
import type { Launch } from './seeder-pool.ts'

/** How it sells; see `OwnSeeder`. */
interface Selling {
  limit?: number | undefined
  turns?: boolean | undefined
}

/** What the parent says. `begin` comes first, `seed` once it knows the account. */
export type ToChild =
  | ({ kind: 'begin'; walletFile: string; settings: Settings } & Selling)
  | { kind: 'seed'; shelved: Shelved }
  | { kind: 'rate'; rate: number }
  | { kind: 'retire' }

/** What the child says: each of the first three answers one word of the parent. */
export type ToParent =
  | { kind: 'account'; uid: string }
  | { kind: 'seeding' }
  | { kind: 'rated' }
  | { kind: 'sent'; bytes: number }
  | { kind: 'failed'; code: string; text: string }

interface SeedInChildOptions extends Selling {
  settings: Settings
  /** Told of its account before it announces. */
  own: (uid: string) => Promise<void>
  out: Output
  onSent: (infoHash: string, bytes: number) => void
}

// Not the bin, which hands over to another process and loses the channel; .ts or .js, as we are.
const MAIN = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url))
/** A child that was asked to retire and has not after so long is ended. */
const RETIRE_WITHIN_MS = 15_000

/** Rejects with what the child says when it cannot start. */
export const seedInChild =
  ({ settings, limit, turns, own, out, onSent }: SeedInChildOptions): Launch =>
  async ({ shelved, walletFile }) => {
    const child = fork(MAIN, ['pool-seeder'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const ended = once(child, 'exit')
    const answers: ((answer: ToParent) => void)[] = []
    child.on('message', (said: ToParent) => {
      if (said.kind === 'sent') onSent(shelved.infoHash, said.bytes)
      else answers.shift()?.(said)
    })
    const gone: ToParent = { kind: 'failed', code: 'internal', text: 'a seeder ended' }
    child.on('error', () => answers.splice(0).forEach((answer) => answer(gone)))
    child.on('exit', () => answers.splice(0).forEach((answer) => answer(gone)))

    function ask(word: ToChild): Promise<ToParent> {
      return new Promise((resolve, reject) => {
        const answered = (answer: ToParent): void => {
          if (answer.kind !== 'failed') return resolve(answer)
          const { code, text } = answer
          reject(new FloodgateError(isErrorCode(code) ? code : 'internal', text))
        }
        if (!child.connected) return answered(gone)
        answers.push(answered)
        child.send(word)
      })
    }
    async function retire(): Promise<void> {
      if (child.connected) child.send({ kind: 'retire' } satisfies ToChild)
      const timer = setTimeout(() => child.kill('SIGKILL'), RETIRE_WITHIN_MS)
      await ended
      clearTimeout(timer)
    }
    try {
      const account = await ask({ kind: 'begin', walletFile, settings, limit, turns })
      if (account.kind === 'account') await own(account.uid)
      await ask({ kind: 'seed', shelved })
      const { infoHash } = shelved
      if (account.kind === 'account')
        out.tell('seeder', { uid: account.uid, infoHash, pid: child.pid })
    } catch (error) {
      await retire()
      throw error
    }
    return {
      get ended() {
        return child.exitCode !== null || child.signalCode !== null
      },
      setRate: async (rate) => void (await ask({ kind: 'rate', rate })),
      retire
    }
  }
