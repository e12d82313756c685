// Where a benchmark runs: a temporary folder and child processes. However it ends, by itself, by an error or by SIGINT,
// all of them are gone afterwards.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startActor, type Actor, type ActorOptions, type Jobs } from './actor.ts'

export interface StageOptions {
  /** Told what is going on. */
  say: (text: string) => void
  /** Folder for CPU profiles of the actors; none are made without. */
  profile?: string
}

export class Stage {
  readonly folder: string
  readonly say: (text: string) => void
  readonly #profile: string | undefined
  readonly #actors = new Set<Actor<Jobs>>()
  #folders = 0
  #closed = false

  private constructor(folder: string, options: StageOptions) {
    this.folder = folder
    this.say = options.say
    this.#profile = options.profile
  }

  static async open(options: StageOptions): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'floodgate-bench-')), options)
  }

  /** A new, empty folder. */
  async newFolder(name: string): Promise<string> {
    const path = join(this.folder, `${++this.#folders}-${name}`)
    await mkdir(path)
    return path
  }

  /** Starts a process of `bench/actors/`. Its jobs are those that this file serves. */
  async actor<J extends Jobs>(file: string, options: ActorOptions = {}): Promise<Actor<J>> {
    if (this.#closed) throw new Error('the stage is closed')
    const actor = startActor<J>(file, {
      ...options,
      ...(this.#profile !== undefined && { profile: this.#profile })
    })
    // Kept to be stopped, whatever its jobs are.
    this.#actors.add(actor as unknown as Actor<Jobs>)
    await actor.started
    return actor
  }

  /** Ends an actor and forgets it. */
  async dismiss(...actors: Pick<Actor<Jobs>, 'end'>[]): Promise<void> {
    await Promise.all(actors.map((actor) => actor.end()))
    for (const actor of actors) this.#actors.delete(actor as Actor<Jobs>)
  }

  /** Ends every process and removes the folder. May be repeated. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#actors].map((actor) => actor.end()))
    this.#actors.clear()
    await rm(this.folder, { recursive: true, force: true })
  }
}
