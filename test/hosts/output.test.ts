// What commands say beside their results: to programs as JSON lines, to people as help and plain sentences, and to a reader
// who has left nothing at all.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Stopped, exitCodes, failureOf } from '../../hosts/src/failures.ts'
import { createOutput } from '../../hosts/src/output.ts'
import { KIB, Stage, type Person } from './stage.ts'

const COMMAND = fileURLToPath(new URL('../../hosts/bin/floodgate.js', import.meta.url))
const start = (...args: string[]) =>
  spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })

describe('hosts: words', function () {
  this.timeout(30_000)

  const required: [command: string, options: string[]][] = [
    ['deposit', ['--data', '--reason']],
    ['publish', ['--data', '--price']],
    ['seed', ['--torrent', '--wallet']],
    ['register', ['--provider', '--wallet']],
    ['get', ['--wallet']]
  ]
  for (const [command, options] of required) {
    it(`the help of ${command} says that it wants ${options.join(' and ')}`, async () => {
      const help = await text(start(command, '--help').stdout)
      const [, listed = ''] = /\n(?:Options):\n([^]*?)\n\n/.exec(help) ?? []
      const marked = listed
        .split(/\n {2}(?=-)/)
        .filter((option) => option.includes('(required)'))
        .map((option) => /--[a-z-]+/.exec(option)?.[0])
      assert.deepEqual(marked.sort(), options)
    })
  }

  const unread: [command: string, stream: 'stdout' | 'stderr', other: 'stdout' | 'stderr'][] = [
    ['--help', 'stdout', 'stderr'],
    ['exit-codes', 'stdout', 'stderr'],
    ['no-such-command', 'stderr', 'stdout']
  ]
  for (const [command, stream, other] of unread) {
    it(`${command} ends quietly when nobody reads its ${stream}`, async () => {
      const child = start(command)
      child[stream].destroy()
      const [said, [exit]] = await Promise.all([text(child[other]), once(child, 'exit')])
      assert.deepEqual([exit, said], [stream === 'stdout' ? 0 : 64, ''])
    })
  }

  it('who stops it is not told of an error', () => {
    const said: string[] = []
    const { write } = process.stderr
    process.stderr.write = (line) => said.push(String(line)) > 0
    try {
      createOutput(false).fail(failureOf(new Stopped('Not bought.')))
    } finally {
      process.stderr.write = write
    }
    assert.deepEqual(said, ['Not bought.\n'])
  })

  describe('as JSON', () => {
    let stage: Stage
    let ann: Person
    before(async () => {
      stage = await Stage.open('--port', '0', '--no-seed')
      ann = await stage.person('ann', 0n)
    })
    after(() => stage.close())

    it('exit codes are one object', async () => {
      const { codes } = await stage.command('exit-codes', 'exit-codes')
      assert.deepEqual(codes, exitCodes())
    })

    const views: [view: string, empty: object][] = [
      ['blacklist', { entries: [] }],
      ['disputes', { disputes: [], notices: [] }],
      ['revocations', { version: 0, entries: [] }]
    ]
    for (const [view, empty] of views) {
      it(`a wallet without ${view} says so`, async () => {
        const line = await stage.command(view, 'wallet', view, '--wallet', ann.wallet)
        assert.deepEqual({ ...line, at: 0 }, { event: view, ...empty, at: 0 })
      })
    }

    it('hashing is told a few times a second, and at its end', async () => {
      const pieces = 1000
      const file = join(stage.dir, 'film.bin')
      await writeFile(file, randomBytes(pieces * 16 * KIB))
      const options = ['--data', stage.shop, '--price', '0.01/piece', '--piece-length', '16k']
      const child = stage.start('publish', file, ...options)
      await child.succeeded()
      const told = child.seen('hashing')
      assert.ok(told.length < pieces / 10, `${told.length} times`)
      assert.equal(told.at(-1)?.['hashed'], pieces * 16 * KIB)
    })

    it('a deposit that is repeated is told from one that is booked', async () => {
      const deposit = () =>
        stage.command(
          'deposited',
          ...['deposit', ann.uid, '0.05', '--data', stage.shop, '--reason', 'x', '--id', 'bank-1']
        )
      const told = [await deposit(), await deposit()]
      assert.deepEqual(
        told.map(({ booked, balance }) => [booked, balance]),
        [
          [true, '5'],
          [false, '5']
        ]
      )
      assert.equal(stage.provider.seen('deposit').length, 1)
    })
  })
})
