// The examples are programs: each is run as its first lines say, and does what they say.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))
const LINES_MAX = 30
/** As their first lines say. */
const FLAGS = ['-C', 'floodgate-source']
const PIECES = 8
const token = 'a secret of the operator'

describe('examples', function () {
  this.timeout(30_000)
  let dir: string
  const running: ChildProcess[] = []

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
  })
  after(async () => {
    for (const child of running) if (child.exitCode === null) child.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  function run(name: string, ...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [...FLAGS, EXAMPLES + name, ...args], {
      cwd: dir,
      env: { ...process.env, OPERATOR_TOKEN: token },
      // What a seller earns it says there; it is not ours to judge.
      stdio: ['ignore', 'pipe', name === 'sell.ts' ? 'ignore' : 'inherit']
    })
    running.push(child)
    return child
  }

  /** Resolves with the first output that `form` fits, from the start. */
  async function said(child: ChildProcess, form: RegExp): Promise<RegExpExecArray> {
    let told = ''
    for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
      told += String(chunk)
      const found = form.exec(told)
      if (found !== null) return found
    }
    throw new Error(`it ended and said: ${told}`)
  }

  it('are short, and say how they are run', async () => {
    const names = await readdir(EXAMPLES)
    assert.ok(names.length >= 4)
    for (const name of names) {
      const code = await readFile(join(EXAMPLES, name), 'utf8')
      const start = `npx node ${FLAGS.join(' ')} examples/${name}`
      assert.ok(new RegExp(`^//   .*${start}`, 'm').test(code), `${name}: ${start}`)
      const lines = code.trimEnd().split('\n')
      assert.ok(lines.length <= LINES_MAX, `${name}: ${lines.length} lines`)
    }
  })

  it('wire.ts carries a frame between two bare wires', async () => {
    const child = run('wire.ts')
    assert.equal(await text(child.stdout!), 'speaks Floodgate\nreceived bad-index\n')
  })

  it('guard.ts: what ends a bare tracker is refused, and it goes on', async () => {
    const child = run('guard.ts', '0')
    const [url] = await said(child, /http:\S+/)
    const socket = new WebSocket(url.replace('http', 'ws'))
    await once(socket, 'open')
    const ids = { info_hash: 'i'.repeat(20), peer_id: 'p'.repeat(20) }
    socket.send(JSON.stringify({ action: 'announce', ...ids, left: 0, offers: [null] }))
    const [{ data }] = (await once(socket, 'message')) as [MessageEvent]
    assert.match(String(data), /"fg code":"bad-request"/)
    const query = `info_hash=${'i'.repeat(20)}&peer_id=${'p'.repeat(20)}&port=1&left=0&compact=1`
    assert.match(await (await fetch(`${url}/announce?${query}`)).text(), /8:completei1e/)
    const told = said(child, /refused \d+ of \d+/)
    const closed = once(child, 'exit')
    child.kill('SIGINT')
    assert.equal((await told)[0], 'refused 1 of 2')
    assert.deepEqual(await closed, [0, null])
  })

  it('tracker.ts, sell.ts and buy.ts: a content is sold, bought and paid for', async () => {
    const tracker = run('tracker.ts', '0')
    const [api] = await said(tracker, /http:\S+/)
    const film = randomBytes(PIECES * 16 * 1024)
    await writeFile(join(dir, 'film.bin'), film)

    const seller = run('sell.ts', api, 'film.bin')
    const torrent = await firstBytes(seller)
    await writeFile(join(dir, 'film.torrent'), torrent)

    const buyer = run('buy.ts', api, 'film.torrent')
    const [, uid] = await said(buyer, /account ([0-9a-f]{32})/)
    const deposit = { uid, amount: '100', reason: 'a test', id: 'test-1' }
    const answer = await fetch(`${api}/floodgate/v1/operator/deposits`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(deposit)
    })
    assert.equal(answer.status, 200)
    const ended = once(buyer, 'exit')
    const told = await text(buyer.stdout!)
    assert.match(told, /done film\.bin/)
    assert.deepEqual(await ended, [0, null])
    assert.deepEqual(await readFile(join(dir, 'downloads', 'film.bin')), film)

    const status = (await (await fetch(`${api}/floodgate/v1/status`)).json()) as {
      mint: { purchases: number }
    }
    assert.equal(status.mint.purchases, 1)
    const closed = once(tracker, 'exit')
    tracker.kill('SIGINT')
    assert.deepEqual(await closed, [0, null])
  })

  /** A torrent file of this size comes in one write. */
  async function firstBytes(child: ChildProcess): Promise<Buffer> {
    const [chunk] = (await once(child.stdout!, 'data')) as [Buffer]
    return chunk
  }
})
