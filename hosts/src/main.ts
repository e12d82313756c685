// The `floodgate` command.

import { setFlagsFromString } from 'node:v8'
import { run } from './program.ts'

/** Everything is closed by now; a library that keeps a timer must not keep the user. */
const LINGER_MS = 2000

// Pieces pass through buffers that live for milliseconds, beside a small heap: V8 would collect it ten times a second.
// Some 100 MB more memory buy a third of the time (`npm run bench -- overhead`, with and without `--heap 0`).
setFlagsFromString('--heap-growing-percent=400')

process.exitCode = await run(process.argv.slice(2))
setTimeout(() => process.exit(), LINGER_MS).unref()
