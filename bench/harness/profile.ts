// CPU profiles of what is measured, and of nothing else: `--profile FOLDER`. Open them in a browser's developer tools.

import { mkdir, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'

const INTERVAL_US = 200

export class Profile {
  readonly #name: string
  readonly #folder = process.env['BENCH_PROFILE'] ?? ''
  #session: Session | undefined

  constructor(name: string) {
    this.#name = name
  }

  async begin(): Promise<void> {
    if (this.#folder === '') return
    this.#session = new Session()
    this.#session.connect()
    await this.#session.post('Profiler.enable')
    await this.#session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
    await this.#session.post('Profiler.start')
  }

  async end(): Promise<void> {
    if (this.#session === undefined) return
    const { profile } = await this.#session.post('Profiler.stop')
    this.#session.disconnect()
    this.#session = undefined
    await mkdir(this.#folder, { recursive: true })
    const file = `${this.#name}-${process.pid}-${Date.now()}.cpuprofile`
    await writeFile(join(this.#folder, file), JSON.stringify(profile))
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    await this.begin()
    try {
      return await work()
    } finally {
      await this.end()
    }
  }
}
