// Questions and answers between a test and its child processes: one JSON object a line.

import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { spawn, type ChildProcess } from 'node:child_process'

export type Question = Record<string, unknown>
type Answers = Record<string, (question: Question) => Promise<unknown>>

/** What a process holds after a collection: bytes of heap, and open files and sockets. */
export interface Held {
  heapBytes: number
  descriptors: number
}

const held = (): Promise<Held> => {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  const descriptors = readdirSync('/dev/fd').length
  return Promise.resolve({ heapBytes: heapUsed + external, descriptors })
}

/** In the child: answers `{ ask, id, … }` lines on stdin. */
export function answerLines(own: Answers): void {
  const answers: Answers = { held, ...own }
  createInterface({ input: process.stdin }).on('line', (line) => {
    const question = JSON.parse(line) as Question
    answers[String(question['ask'])]!(question).then(
      (answer) => console.log(JSON.stringify({ id: question['id'], answer })),
      (error: unknown) => console.log(JSON.stringify({ id: question['id'], error: String(error) }))
    )
  })
}

/** In the test: a child process that answers lines, and can be killed and started again. */
export class Child {
  readonly #script: string
  readonly #args: string[]
  #process: ChildProcess | undefined
  #pending = new Map<number, (line: Record<string, unknown>) => void>()
  #nextId = 1
  errors = ''

  constructor(script: string, args: string[]) {
    this.#script = script
    this.#args = args
  }

  /** Starts it; resolves with the value it says it is ready with. */
  start(): Promise<string> {
    const child = spawn(
      process.execPath,
      [
        '-C',
        'floodgate-source',
        '--expose-gc',
        new URL(this.#script, import.meta.url).pathname,
        ...this.#args
      ],
      { stdio: ['pipe', 'pipe', 'pipe'] }
    )
    this.#process = child
    child.stderr.on('data', (data: Buffer) => (this.errors += String(data)))
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => {
        if (code !== null && code !== 0) reject(new Error(`${this.#script}: ${this.errors}`))
      })
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as Record<string, unknown>
        if (typeof said['ready'] === 'string') return resolve(said['ready'])
        const id = said['id'] as number
        this.#pending.get(id)?.(said)
        this.#pending.delete(id)
      })
    })
  }

  /** Asks; resolves with the answer, or with undefined when the child died first. */
  async ask(ask: string, question: Question = {}): Promise<unknown> {
    const child = this.#process!
    const id = this.#nextId++
    const line = await new Promise<Record<string, unknown> | undefined>((resolve) => {
      this.#pending.set(id, resolve)
      child.once('exit', () => resolve(undefined))
      child.stdin!.on('error', () => resolve(undefined))
      child.stdin!.write(`${JSON.stringify({ ...question, ask, id })}\n`)
    })
    if (line?.['error'] !== undefined) throw new Error(String(line['error']))
    return line?.['answer']
  }

  /** kill -9; resolves when it is dead. */
  async kill(): Promise<void> {
    const child = this.#process!
    if (child.exitCode !== null || child.signalCode !== null) return
    const dead = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await dead
  }
}
