// A `floodgate` command in a process of its own, as a user would start it; its JSON lines are read one by one.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../bin/floodgate.js', import.meta.url))
/** A process that was asked to stop and has not after this long is ended. */
const STOP_WITHIN_MS = 10_000
const STDERR_MAX = 4000

/** One line of a command with `--json`; amounts are decimal text. */
export interface Line {
  event: string
  /** When we read it, Unix milliseconds. */
  at?: number
  [field: string]: unknown
}

export class Child {
  readonly name: string
  readonly #process: ChildProcess
  readonly #seen: Line[] = []
  readonly #listeners = new Set<(line: Line) => void>()
  readonly #ended: Promise<number>
  #stderr = ''
  #exit: number | undefined

  constructor(name: string, args: readonly string[], env: Record<string, string> = {}) {
    this.name = name
    this.#process = spawn(process.execPath, [COMMAND, ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env }
    })
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_MAX)
    })
    const lines = createInterface({ input: this.#process.stdout! })
    lines.on('line', (text) => this.#take(text))
    const read = once(lines, 'close')
    this.#ended = once(this.#process, 'close').then(async ([code, signal]) => {
      await read
      this.#exit = typeof code === 'number' ? code : 128
      this.#tell({ event: 'exit', code: this.#exit, signal })
      return this.#exit
    })
  }

  #take(text: string): void {
    try {
      this.#tell(JSON.parse(text) as Line)
    } catch {
      this.#tell({ event: 'unreadable', text })
    }
  }

  #tell(line: Line): void {
    line.at = Date.now()
    this.#seen.push(line)
    for (const listener of [...this.#listeners]) listener(line)
  }

  /** Calls `listener` with every line that comes from now on. */
  onLine(listener: (line: Line) => void): void {
    this.#listeners.add(listener)
  }

  /** All lines so far, and what it said to people last. */
  get log(): string {
    return [...this.#seen.map((line) => JSON.stringify(line)), this.#stderr].join('\n')
  }

  /** All lines of one event so far. */
  seen(event: string): Line[] {
    return this.#seen.filter((line) => line.event === event)
  }

  /** The first line of `event`, past or to come. Rejects when the process ends before. */
  until(event: string, fits: (line: Line) => boolean = () => true): Promise<Line> {
    const known = this.#seen.find((line) => line.event === event && fits(line))
    if (known !== undefined) return Promise.resolve(known)
    if (this.#exit !== undefined) return Promise.reject(this.failure())
    return new Promise((resolve, reject) => {
      const listener = (line: Line): void => {
        const found = line.event === event && fits(line)
        if (!found && line.event !== 'exit') return
        this.#listeners.delete(listener)
        if (found) resolve(line)
        else reject(this.failure())
      }
      this.#listeners.add(listener)
    })
  }

  /** The exit code, once the process ended and all its lines were read. */
  get ended(): Promise<number> {
    return this.#ended
  }

  /** Resolves when the process ended well; rejects when it did not. */
  async succeeded(): Promise<void> {
    if ((await this.#ended) !== 0) throw this.failure()
  }

  /** Asks it to stop, as Ctrl-C would, and waits until it did. Answers its exit code. */
  async stop(): Promise<number> {
    if (this.#exit !== undefined) return this.#exit
    this.#process.kill('SIGINT')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_WITHIN_MS)
    try {
      return await this.#ended
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }

  failure(): Error {
    const said = this.seen('error').at(-1)
    const text = said === undefined ? this.#stderr.trim() : `${said['text']} [${said['code']}]`
    return new Error(`${this.name} ended with exit code ${this.#exit}: ${text}`)
  }
}
