// What counts as a wish to stop, and whose: by a process that is not the whole command, so that its stopping may be slow.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const STOP = JSON.stringify(new URL('../../hosts/src/stop.ts', import.meta.url).href)
/** Says what happens at once; `busy` for longer than signals may be apart to be one. */
const WORDS = `
  import { writeSync } from 'node:fs'
  import { stopSignal } from ${STOP}
  const say = (word) => writeSync(1, word + '\\n')
  const signal = stopSignal()
  const busy = () => {
    say('busy')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
    setTimeout(() => {
      say('put away')
      process.exit(0)
    }, 100)
  }
  const staying = setInterval(() => undefined, 1000)
`

/** Runs WORDS and `more`; each line that it says is told to `heard`. */
async function run(more: string, heard: (line: string, child: ChildProcess) => void) {
  const args = ['-C', 'floodgate-source', '--input-type=module', '-e', `${WORDS}${more}`]
  const env = { ...process.env, npm_lifecycle_event: '' }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore', 'ipc'], env })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout! })
  reader.on('line', (line) => {
    lines.push(line)
    heard(line, child)
  })
  const [[code]] = await Promise.all([once(child, 'exit'), once(reader, 'close')])
  return { code: code as number | null, lines }
}

describe('hosts: wishes to stop', function () {
  this.timeout(20_000)

  const slow: [what: string, more: string][] = [
    ['the first one’s listeners', `signal.addEventListener('abort', busy)`],
    ['what they resolve', `new Promise((done) => (signal.onabort = done)).then(busy)`],
    ['what they begin', `signal.onabort = () => setTimeout(busy, 10)`]
  ]
  for (const [what, more] of slow) {
    it(`W14: a doubled signal is one wish, although ${what} kept us busy for long`, async () => {
      const { code, lines } = await run(`${more}; say('ready')`, (line, child) => {
        if (line === 'ready') child.kill('SIGINT')
        if (line === 'busy') child.kill('SIGTERM')
      })
      assert.deepEqual(lines, ['ready', 'busy', 'put away'])
      assert.equal(code, 0)
    })
  }

  it('a terminal that is closed is a wish like any other', async () => {
    const { code, lines } = await run(`signal.onabort = busy; say('ready')`, (line, child) => {
      if (line === 'ready') child.kill('SIGHUP')
    })
    assert.deepEqual([lines, code], [['ready', 'busy', 'put away'], 0])
  })

  it('W14: a parent that lets go of us, and is no launcher of ours, leaves us running', async () => {
    const more = `
      process.on('disconnect', () => setImmediate(() => {
        say(signal.aborted ? 'stopped' : 'goes on')
        process.exit()
      }))
      say('ready')`
    const { lines } = await run(more, (line, child) => line === 'ready' && child.disconnect())
    assert.deepEqual(lines, ['ready', 'goes on'])
  })
})
