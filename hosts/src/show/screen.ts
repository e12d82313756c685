// The show while it runs: at a terminal a line for each process that redraws itself, anywhere else plain lines.

import progress from 'cli-progress'
import { money, rate } from '../units.ts'
import type { Child, Line } from './child.ts'

/** Without a terminal, so often at most. */
const LINE_EVERY_MS = 2000
const NAME_WIDTH = 9

export interface Screen {
  say(text: string): void
  /** Shows the progress of these processes until `stop`. */
  watch(provider: Child, buyers: Child[], pieces: number): void
  stop(): void
}

interface Payload {
  name: string
  text: string
}

/** What a buyer's last `progress` line says. */
const progressText = (line: Line): string => {
  const { speed, peers, paid, earned, currency } = line as Line & Record<string, string | number>
  const amount = (minor: unknown): string => money(BigInt(String(minor)), String(currency))
  return `${rate(Number(speed))}, ${peers} peers, paid ${amount(paid)}, earned ${amount(earned)}`
}

/** What the provider's seeder has earned so far. */
class SeederLine {
  #pieces = 0

  get pieces(): number {
    return this.#pieces
  }

  take(line: Line): string | undefined {
    if (line.event !== 'earned') return undefined
    this.#pieces += (line['indexes'] as number[]).length
    return `sold ${this.#pieces} pieces`
  }
}

export function liveScreen(stream: NodeJS.WriteStream): Screen {
  let bars: InstanceType<typeof progress.MultiBar> | undefined
  return {
    say: (text) => void stream.write(`${text}\n`),
    watch(provider, buyers, pieces) {
      const format = (
        options: progress.BarOptions,
        state: progress.BarState & { value: number },
        { name, text }: Payload
      ): string => {
        const drawn = progress.Format.BarFormat(state.progress, options)
        const line = `${name.padEnd(NAME_WIDTH)} ${drawn} ${String(state.value).padStart(5)}  ${text}`
        return line.slice(0, (stream.columns ?? 100) - 1)
      }
      bars = new progress.MultiBar(
        { stream, hideCursor: true, barsize: 20, format },
        progress.Presets.shades_classic
      )
      const seeder = new SeederLine()
      const wanted = pieces * buyers.length
      const top = bars.create(wanted, 0, { name: provider.name, text: 'sold 0 pieces' })
      provider.onLine((line) => {
        const text = seeder.take(line)
        if (text !== undefined) top.update(seeder.pieces, { name: provider.name, text })
      })
      for (const { name, onLine } of bound(buyers)) {
        const bar = bars.create(pieces, 0, { name, text: 'joins' })
        onLine((line) => {
          if (line.event !== 'progress') return
          bar.update(Number(line['done']), { name, text: progressText(line) })
        })
      }
    },
    stop() {
      bars?.stop()
      bars = undefined
    }
  }
}

export function plainScreen(stream: NodeJS.WriteStream): Screen {
  const say = (text: string): void => void stream.write(`${text}\n`)
  let watching = false
  return {
    say,
    watch(provider, buyers) {
      watching = true
      const seeder = new SeederLine()
      const last = new Map<string, number>()
      const tell = (name: string, text: string, final = false): void => {
        const due = Date.now() - (last.get(name) ?? 0) >= LINE_EVERY_MS
        if (!watching || !(due || final)) return
        last.set(name, Date.now())
        say(`${name.padEnd(NAME_WIDTH)} ${text}`)
      }
      provider.onLine((line) => {
        const text = seeder.take(line)
        if (text !== undefined) tell(provider.name, text)
      })
      for (const { name, onLine } of bound(buyers)) {
        onLine((line) => {
          if (line.event === 'done') tell(name, 'has it all', true)
          if (line.event !== 'progress') return
          tell(name, `${line['done']} of ${line['pieces']} pieces, ${progressText(line)}`)
        })
      }
    },
    stop() {
      watching = false
    }
  }
}

const bound = (children: Child[]) =>
  children.map((child) => ({
    name: child.name,
    onLine: (listener: (line: Line) => void) => child.onLine(listener)
  }))
