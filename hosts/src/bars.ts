// Progress for people at a terminal: one bar that redraws itself. Anywhere else nothing is drawn.

import progress from 'cli-progress'
import type { Output } from './output.ts'
import { rate, size } from './units.ts'

export interface Bar {
  /** `text` stands behind the bar. */
  update(done: number, text: string): void
  stop(): void
}

const NO_BAR: Bar = { update: () => undefined, stop: () => undefined }

/** A bar from 0 to `total`. */
export function createBar(out: Output, label: string, total: number): Bar {
  if (!out.live) return NO_BAR
  const bar = new progress.SingleBar(
    {
      stream: out.screen,
      hideCursor: true,
      barsize: 24,
      // The library cuts no line by itself; a wrapped one would be drawn again and again.
      format: (options, state, payload: { text: string }) => {
        const drawn = progress.Format.BarFormat(state.progress, options)
        const percent = `${Math.floor(state.progress * 100)} %`.padStart(5)
        return `${label} ${drawn}${percent}  ${payload.text}`.slice(
          0,
          (out.screen.columns ?? 100) - 1
        )
      }
    },
    progress.Presets.shades_classic
  )
  bar.start(total, 0, { text: '' })
  return {
    update: (done, text) => bar.update(done, { text }),
    stop: () => bar.stop()
  }
}

/** A bar over bytes, with speed. */
export function createByteBar(
  out: Output,
  label: string,
  total: number
): Bar['update'] & { stop(): void } {
  const bar = createBar(out, label, total)
  const since = Date.now()
  const update = (done: number): void => {
    const seconds = Math.max(0.1, (Date.now() - since) / 1000)
    bar.update(done, `${size(done)} of ${size(total)}, ${rate(done / seconds)}`)
  }
  return Object.assign(update, { stop: () => bar.stop() })
}
