// The `floodgate` command.

import { run } from './program.ts'

/** Everything is closed by now; a library that keeps a timer must not keep the user. */
const LINGER_MS = 2000

process.exitCode = await run(process.argv.slice(2))
setTimeout(() => process.exit(), LINGER_MS).unref()
