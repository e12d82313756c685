/** What we call of cli-progress 3 (it ships no types, and is CommonJS). */
declare module 'cli-progress' {
  namespace progress {
    interface BarState {
      /** 0 to 1. */
      progress: number
      value: number
    }
    interface BarOptions {
      stream?: NodeJS.WriteStream
      hideCursor?: boolean
      barsize?: number
      format?: (options: BarOptions, state: BarState, payload: never) => string
    }
    class SingleBar {
      constructor(options: BarOptions, preset?: object)
      start(total: number, startValue: number, payload?: object): void
      update(value: number, payload?: object): void
      stop(): void
    }
    class MultiBar {
      constructor(options: BarOptions, preset?: object)
      create(total: number, startValue: number, payload?: object): SingleBar
      stop(): void
    }
    const Presets: Record<'shades_classic' | 'legacy' | 'rect', object>
    const Format: { BarFormat(progress: number, options: BarOptions): string }
  }
  export default progress
}
