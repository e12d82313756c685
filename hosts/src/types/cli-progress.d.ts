/** What we call of cli-progress 3 (it ships no types, and is CommonJS). */
declare module 'cli-progress' {
  export interface BarState {
    /** 0 to 1. */
    progress: number
  }
  export interface BarOptions {
    stream?: NodeJS.WriteStream
    hideCursor?: boolean
    barsize?: number
    format?: (options: BarOptions, state: BarState, payload: never) => string
  }
  interface SingleBar {
    start(total: number, startValue: number, payload?: object): void
    update(value: number, payload?: object): void
    stop(): void
  }
  const progress: {
    SingleBar: new (options: BarOptions, preset?: object) => SingleBar
    Presets: Record<'shades_classic' | 'legacy' | 'rect', object>
    Format: { BarFormat(progress: number, options: BarOptions): string }
  }
  export default progress
}
