// The wallet file: durable, private, exclusive, and never overwritten when it cannot be read. Processes are
// really killed here.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fromHex, platformCrypto as crypto, toHex, xorOfTokens } from '@floodgate/protocol'
import { Wallet, decodeState, encodeState } from '@floodgate/wallet'
import { fileStorage, glanceAt } from '@floodgate/wallet/file'
import { birthOf } from '../../plugins/floodgate-wallet/src/lock.node.ts'
import { TestProvider, code } from './bed.ts'

const CHILD = fileURLToPath(new URL('trader.ts', import.meta.url))

/** Another process: `trader.ts` with these arguments. */
function start(...args: string[]): ChildProcess {
  const options = ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning', CHILD]
  return spawn(process.execPath, [...options, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
}

const linesOf = (child: ChildProcess) => createInterface({ input: child.stdout! })

describe('wallet: the file', () => {
  let provider: TestProvider
  let folder: string
  let path: string
  before(async () => {
    provider = await TestProvider.create()
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'floodgate-wallet-'))
    path = join(folder, 'sub', 'wallet.json')
  })
  afterEach(() => rm(folder, { recursive: true }))

  const create = () => provider.wallet({ storage: fileStorage(path) })
  const open = (at = path) => Wallet.open({ storage: fileStorage(at), passphrase: 'pass' })
  const files = () => readdir(join(folder, 'sub'))

  it('keeps the wallet in one file that only its owner can read', async () => {
    const wallet = await create()
    const { uid } = wallet
    const mode = (await stat(path)).mode & 0o777
    assert.equal(mode, 0o600)
    await wallet.close()
    assert.deepEqual(await files(), ['wallet.json'], 'neither lock nor temporary file stays')
    const again = await open()
    assert.deepEqual(again.uid, uid)
    await again.close()
  })

  it('is for one process: a second one gets wallet-in-use, by any path, and nothing is lost', async () => {
    const wallet = await create()
    await assert.rejects(open(), code('wallet-in-use'))
    const link = join(folder, 'link.json')
    await symlink(path, link)
    await assert.rejects(open(link), code('wallet-in-use'))
    const child = start('open', path)
    const [line] = (await once(linesOf(child), 'line')) as [string]
    assert.equal(line, 'wallet-in-use')
    await once(child, 'exit')
    wallet.note('still', 'mine')
    await wallet.close()
    const again = await open(link)
    assert.equal(again.summary().events.at(-1)!.kind, 'still')
    await again.close()
    assert.ok((await stat(link)).isFile())
  })

  it('who only looks gets what its owner saved last, again and again, and can save nothing', async () => {
    const wallet = await create()
    const glance = () => Wallet.open({ storage: glanceAt(path), passphrase: 'pass' })
    for (const kind of ['one', 'two', 'three']) {
      wallet.note(kind, 'mine')
      await wallet.saved()
      const seen = await glance()
      assert.equal(seen.summary().events.at(-1)!.kind, kind)
      await seen.close()
    }
    const seen = await glance()
    seen.note('foreign', 'word')
    await assert.rejects(seen.saved(), code('wallet-in-use'))
    await assert.rejects(seen.close(), code('wallet-in-use'))
    await wallet.close()
    assert.deepEqual(await files(), ['wallet.json'])
    const storage = glanceAt(path)
    assert.equal((await storage.load())?.events.at(-1)?.kind, 'three')
    assert.equal(storage.savedAt, (await stat(path)).mtimeMs)
  })

  it('the lock of a killed process is void at once', async () => {
    await (await create()).close()
    const child = start('hold', path)
    await once(linesOf(child), 'line')
    await assert.rejects(open(), code('wallet-in-use'))
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.equal((await files()).filter((name) => name.includes('.lock-')).length, 1)
    const again = await open()
    assert.equal((await files()).filter((name) => name.includes('.lock-')).length, 1)
    await again.close()
  })

  it('a lock whose pid now belongs to another process is void too', async () => {
    await (await create()).close()
    const birth = await birthOf(process.ppid)
    assert.ok(birth)
    await writeFile(`${path}.lock-${process.ppid}-${birth}`, '')
    await assert.rejects(open(), code('wallet-in-use'))
    await rm(`${path}.lock-${process.ppid}-${birth}`)
    await writeFile(`${path}.lock-${process.ppid}-${birth}0`, '')
    await writeFile(`${path}.lock-0-x`, '')
    await writeFile(`${path}.lock-`, '')
    await (await open()).close()
    assert.deepEqual(await files(), ['wallet.json'])
  })

  it('a wrong passphrase or a damaged file leaves the wallet free for the next', async () => {
    await (await create()).close()
    const wrong = Wallet.open({ storage: fileStorage(path), passphrase: 'nope' })
    await assert.rejects(wrong, code('wrong-passphrase'))
    await (await open()).close()
  })

  it('every damaged byte, every cut and every addition is noticed, and nothing is overwritten', async function () {
    this.timeout(60_000)
    await (await create()).close()
    const good = await readFile(path)
    const damaged: Uint8Array[] = []
    for (let at = 0; at < good.length; at++) {
      const flipped = Uint8Array.from(good)
      flipped[at]! ^= 1 << (at % 8)
      damaged.push(flipped)
    }
    for (let length = 0; length < good.length; length += 13) damaged.push(good.subarray(0, length))
    damaged.push(Buffer.concat([good, Buffer.from('\n')]))
    for (const bytes of damaged) {
      await writeFile(path, bytes)
      await assert.rejects(open(), code('wallet-damaged'))
      assert.deepEqual(new Uint8Array(await readFile(path)), new Uint8Array(bytes))
    }
    const storage = fileStorage(path)
    await assert.rejects(storage.load(), code('wallet-damaged'))
    await assert.rejects(storage.save(decodeState(good.toString())), code('no-wallet'))
    await storage.close()
    await writeFile(path, good)
    await (await open()).close()
  })

  it('says so when the format is of a later version', async () => {
    await (await create()).close()
    const state = decodeState(await readFile(path, 'utf8'))
    await writeFile(path, encodeState({ ...state, version: 3 as 2 }))
    await assert.rejects(open(), code('wallet-damaged'))
  })

  it('W14, I3, I6: twelve times kill -9 in mid-trade: no payment and no receipt is ever taken back', async function () {
    this.timeout(120_000)
    const count = 4096
    const wallet = await create()
    const bought = await provider.purse(wallet.uid, count)
    const purse = await wallet.purses.add(bought.frame, bought.seed)
    const sold = await provider.purse(crypto.random(16), count)
    wallet.sales.open(sold.certificate, sold.frame).owe(0)
    await wallet.close()

    const sent = new Map<number, string>()
    const store = join(folder, 'store')
    await writeFile(store, '')
    let receipts = 0
    let uncertain = 0
    for (let cycle = 0; cycle < 12; cycle++) {
      const child = start('trade', path, store, toHex(sold.seed))
      let left = 5 + ((cycle * 37) % 60)
      const lines = linesOf(child)
      lines.on('line', (line) => {
        const [what, number = '', payee = ''] = line.split(' ')
        const index = Number(number)
        if (what === 'receipt') receipts = Math.max(receipts, index)
        else {
          assert.equal(sent.get(index) ?? payee, payee, `token ${index} went to two payees`)
          sent.set(index, payee)
        }
        if (left-- === 0) child.kill('SIGKILL')
      })
      const closed = once(lines, 'close')
      const [, signal] = (await once(child, 'exit')) as [number, string]
      await closed
      assert.equal(signal, 'SIGKILL', 'the trader ended by itself')

      const after = await open()
      const book = after.purses.all()[0]!
      uncertain += book.uncertain().length
      for (const [index, payee] of sent) {
        const holder = book.holder(index)
        assert.ok(holder && toHex(holder) === payee, `token ${index} of ${payee} is free`)
      }
      for (const { uid, count: paid } of book.payees()) {
        const account = book.account(uid)!
        assert.equal(account.count, paid)
        assert.deepEqual(account.xor, xorOfTokens(crypto, bought.seed, account.paid))
      }
      const sale = after.sales.all()[0]!
      assert.ok(sale.count >= receipts, 'a payment with a receipt is gone')
      assert.deepEqual(sale.xor, xorOfTokens(crypto, fromHex(toHex(sold.seed)), sale.paid))
      await after.close()
    }
    assert.ok(sent.size > 100 && receipts > 50, `${sent.size} sent, ${receipts} received`)
    assert.ok(uncertain > 0, 'no kill hit a trade')
    assert.equal(purse.count, count)
  })
})
