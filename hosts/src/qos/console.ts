// The provider's console: at a terminal its swarms stand below everything that is said, and are drawn again in place. A bar of
// cli-progress can neither shrink nor move; lines can.

import { clearScreenDown, moveCursor } from 'node:readline'
import type { Output } from '../output.ts'

export interface Console {
  /** Says as before, above what is drawn. */
  readonly out: Output
  /** Draws what `read` gives, now and every second. */
  show(read: () => readonly string[]): void
  /** Takes it away. */
  stop(): void
}

const DRAW_EVERY_MS = 1000

/** Lines must be shorter than the screen is wide: a wrapped one would be left behind. */
export function openConsole(out: Output): Console {
  const { screen } = out
  let drawn: readonly string[] = []
  let timer: ReturnType<typeof setInterval> | undefined

  function erase(): void {
    if (drawn.length === 0) return
    moveCursor(screen, 0, -drawn.length)
    clearScreenDown(screen)
  }
  function draw(lines: readonly string[]): void {
    erase()
    drawn = lines
    screen.write(lines.map((line) => `${line}\n`).join(''))
  }
  function above(say: () => void): void {
    erase()
    const below = drawn
    drawn = []
    say()
    draw(below)
  }
  return {
    out: {
      ...out,
      tell: (event, fields, text) => above(() => out.tell(event, fields, text)),
      say: (text) => above(() => out.say(text)),
      warn: (code, text) => above(() => out.warn(code, text)),
      fail: (failure) => above(() => out.fail(failure))
    },
    show(read) {
      clearInterval(timer)
      timer = setInterval(() => draw(read()), DRAW_EVERY_MS)
      draw(read())
    },
    stop() {
      clearInterval(timer)
      draw([])
    }
  }
}
