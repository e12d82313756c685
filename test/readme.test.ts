// The journeys of the README are run as they stand there: only the provider's address is put in.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { toHex } from '@floodgate/protocol'
import { Wallet, register } from '@floodgate/wallet'
import { fileStorage } from '@floodgate/wallet/file'
import { deposit, sqliteLedger } from '@floodgate/tracker'
import { camt053 } from './tracker/payout/bank.ts'
import { earn, people } from './tracker/payout/earned.ts'
import { schemaFaults, toIban } from './tracker/payout/orders.ts'
import { freePort } from './e2e/film.ts'
import { TestPeer } from './support/peer.ts'
import { TestProvider } from './support/provider.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
/** A journey says nothing when it listens. */
const POLL_MS = 50
const MODULES = new URL('../node_modules', import.meta.url).pathname

/** What stands around a journey that is about one option of the middleware, and what it left in the ledger. */
const SHOP = `import Server from 'bittorrent-tracker/server'
import { createProviderKeys, floodgateTracker, sepa, sqliteLedger } from '@floodgate/tracker'
const server = new Server({ udp: false, ws: false })
const ledger = await sqliteLedger('ledger.sqlite', { currency: 'EUR' })
const keys = await createProviderKeys()
`
const SHUT = `const [payout] = await ledger.payouts()
await tracker.close()
await ledger.close()
console.log(payout.payoutId, String(payout.amountMinor), payout.state)
`

/** The block that begins with `// journey: name`. */
function journey(name: string): string {
  const block = new RegExp('```ts\\n// journey: ' + name + '\\n([\\s\\S]*?)```').exec(README)
  assert.ok(block, `README has no journey "${name}"`)
  return block[1]!
}

/** The first good answer of a child that is about to listen; if it never does, the test's own time is over. */
async function answerOf(url: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return answer
    await answer?.body?.cancel()
    await pause(POLL_MS)
  }
}

describe('README: the journeys', function () {
  this.timeout(60_000)
  let folder: string
  let child: ChildProcess | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'floodgate-readme-'))
    symlinkSync(MODULES, join(folder, 'node_modules'))
  })
  afterEach(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  const run = (code: string): ChildProcess => {
    writeFileSync(join(folder, 'journey.mts'), code)
    const args = ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning', 'journey.mts']
    child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    return child
  }

  it('1: the plugin in a WebTorrent client buys what is sold', async () => {
    const provider = await TestProvider.start()
    const seeder = new TestPeer(await provider.wallet())
    try {
      const sold = await provider.sell('film', 500_000)
      await seeder.seed(sold)
      const wallet = await Wallet.create({
        storage: fileStorage(join(folder, 'wallet.json')),
        passphrase: 'secret',
        rootKey: provider.keys.rootKey,
        api: provider.url
      })
      await register(wallet, 'test')
      await deposit(provider.store, toHex(wallet.uid), 1000n, 'test', 'readme')
      await wallet.close()
      writeFileSync(join(folder, 'film.torrent'), sold.torrent)

      const buyer = run(journey('plugin').replace('https://cdn.example', provider.url))
      for await (const line of createInterface({ input: buyer.stdout! })) {
        assert.equal(line, 'bought')
        break
      }
      assert.ok(readFileSync(join(folder, 'film')).equals(sold.data))
    } finally {
      await seeder.close()
      await provider.close()
    }
  })

  it('2: the middleware on a tracker answers as a provider', async () => {
    const port = await freePort()
    run(journey('tracker').replace('8000', String(port)))
    const answer = await answerOf(`http://127.0.0.1:${port}/floodgate/v1/provider`)
    const { name, currency } = (await answer.json()) as Record<string, unknown>
    assert.deepEqual({ name, currency }, { name: 'Example', currency: 'EUR' })
  })

  it('3: a provider that keeps a promise listens, and its seeders with it', async () => {
    const port = await freePort()
    const lines = journey('seeding').split('\n')
    assert.ok(lines.slice(lines.findIndex((line) => line.startsWith('const'))).length <= 8)
    run(journey('seeding').replace('8000', String(port)))
    await answerOf(`http://127.0.0.1:${port}/readyz`)
  })

  it('4, F4, F45, F48: a payout by the policy arrives: the bank gets a file, and its statement is booked', async () => {
    const store = await sqliteLedger(join(folder, 'ledger.sqlite'), { currency: 'EUR' })
    await people(store, { bob: toIban(0), carol: toIban(1) })
    await earn(store, 'bob', 8)
    await earn(store, 'carol', 4) // below the minimum
    await store.close()
    const policy = journey('payout')
    const lines = /^ {2}payout: \{\n[^]*?^ {2}\}/m.exec(policy)?.[0].split('\n') ?? []
    assert.ok(lines.length > 0 && lines.length <= 8)
    for (const part of ['split', 'minimum', 'rail']) assert.ok(policy.includes(`${part}:`))
    const act = async (what: string) => {
      const acting = run(`${SHOP}${policy}await tracker.payouts.${what}\n${SHUT}`)
      for await (const line of createInterface({ input: acting.stdout! })) return line.split(' ')
      return assert.fail('it said nothing')
    }

    const [id = '', amount, submitted] = await act('run()')
    assert.deepEqual([amount, submitted], ['800', 'submitted'])
    const [file = '', ...others] = readdirSync(join(folder, 'bank'))
    assert.deepEqual(others, [])
    const xml = readFileSync(join(folder, 'bank', file), 'utf8')
    assert.deepEqual(await schemaFaults(xml, 'pain.001.001.09'), [])
    assert.ok(xml.includes(`<EndToEndId>${id}<`) && xml.includes('>8.00</InstdAmt>'))

    const statement = camt053([{ id, way: 'DBIT', amount: '8.00' }])
    const booked = await act(`reconcile(${JSON.stringify(statement)})`)
    assert.deepEqual(booked, [id, '800', 'paid'])
    const books = await sqliteLedger(join(folder, 'ledger.sqlite'), { currency: 'EUR' })
    try {
      assert.deepEqual((await books.audit()).faults, [])
      assert.equal((await books.payouts()).length, 1)
      assert.equal((await books.account('bob'))?.balanceMinor, 0n)
      assert.equal((await books.account('carol'))?.balanceMinor, 400n)
    } finally {
      await books.close()
    }
  })

  it('names the commands that package.json has', () => {
    const { scripts } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8')
    ) as { scripts: Record<string, string> }
    for (const [, name] of README.matchAll(/npm (?:run )?(start|test|bench|check)\b/g)) {
      assert.ok(scripts[name!], name)
    }
  })
})
