// A child process that does jobs on demand: the parent's side. Questions and answers are messages; bytes and bigints
// travel as they are.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What an actor can do: each job takes one value and gives one. */
export type Jobs = Record<string, (given: never) => Promise<unknown>>

export type Given<J extends Jobs, Name extends keyof J> = Parameters<J[Name]>[0]
export type Answered<J extends Jobs, Name extends keyof J> = Awaited<ReturnType<J[Name]>>

export interface Question {
  id: number
  job: string
  given: unknown
}
export type Reply = { id: number; value: unknown } | { id: number; error: string }

/** An actor does not end by itself sooner than this: then it is killed. */
const END_MAX_MS = 5000

export interface Actor<J extends Jobs> {
  readonly pid: number
  /** Resolves when it takes jobs. */
  readonly started: Promise<void>
  /** Does a job. Rejects with the actor's own error, or when it ended. */
  ask<Name extends keyof J & string>(job: Name, given: Given<J, Name>): Promise<Answered<J, Name>>
  /** Ends the process. May be repeated. */
  end(): Promise<void>
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

export interface ActorOptions {
  /** Folder for its CPU profile; none is made without. */
  profile?: string
  /** Options of its Node, beyond our own. */
  node?: readonly string[]
  /** A program that starts it and becomes it, with its arguments: `unshare --net`. */
  inside?: readonly [string, ...string[]]
}

/** Starts `bench/actors/<file>.ts`. */
export function startActor<J extends Jobs>(file: string, options: ActorOptions = {}): Actor<J> {
  const path = fileURLToPath(new URL(`../actors/${file}.ts`, import.meta.url))
  const [program, ...wrapping] = [...(options.inside ?? []), process.execPath] as [string]
  const child = fork(path, {
    execPath: program,
    execArgv: [
      ...wrapping,
      '--conditions=floodgate-source',
      '--disable-warning=ExperimentalWarning',
      ...(options.node ?? [])
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, BENCH_PROFILE: options.profile ?? '' }
  })
  const waiting = new Map<number, Waiting>()
  const gone = Promise.withResolvers<void>()
  let lastId = 0
  const await_ = <T>(id: number): Promise<T> =>
    new Promise((resolve, reject) =>
      waiting.set(id, { resolve: (value) => resolve(value as T), reject })
    )
  const started = await_<void>(0)
  started.catch(() => undefined) // whoever starts it hears of it
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    gone.resolve()
  }
  child.on('message', (reply: Reply) => {
    const asker = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) asker?.reject(new Error(reply.error))
    else asker?.resolve(reply.value)
  })
  child.on('error', fail)
  child.on('exit', (code, signal) => fail(new Error(`${file} ended: ${signal ?? code}`)))
  return {
    pid: child.pid ?? 0,
    started,
    ask(job, given) {
      const id = ++lastId
      const answer = await_<never>(id)
      if (child.connected) child.send({ id, job, given } satisfies Question)
      else fail(new Error(`${file} has ended`))
      return answer
    },
    async end() {
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MAX_MS)
      await gone.promise
      clearTimeout(timer)
    }
  }
}
