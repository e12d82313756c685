// The saves of an open wallet: in place, synced, and found again after a crash.

import assert from 'node:assert/strict'
import {
  mkdir,
  mkdtemp,
  open as openFile,
  readFile,
  readdir,
  rm,
  writeFile
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from '@floodgate/wallet'
import { fileStorage } from '@floodgate/wallet/file'
import { TestProvider } from './bed.ts'

describe('wallet: the saves of an open wallet', () => {
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
  const open = () => Wallet.open({ storage: fileStorage(path), passphrase: 'pass' })
  const files = () => readdir(join(folder, 'sub'))
  const live = () => readFile(`${path}.live`, 'utf8')

  it('W14: a save is on the disk before it is acknowledged', async () => {
    const wallet = await create()
    await wallet.saved()
    const probe = await openFile(path)
    const handle = Object.getPrototypeOf(probe) as { datasync(): Promise<void> }
    await probe.close()
    const { datasync } = handle
    const seen: boolean[] = []
    handle.datasync = async function (this: unknown) {
      seen.push((await live()).includes('news'))
      await datasync.call(this)
    }
    try {
      wallet.note('news', '')
      await wallet.saved()
    } finally {
      handle.datasync = datasync
    }
    assert.deepEqual(seen, [true])
    await wallet.close()
    assert.ok((await readFile(path, 'utf8')).includes('news'))
    assert.deepEqual(await files(), ['wallet.json'])
  })

  it('W14: what a crashed process saved last is found, and a torn save costs only itself', async () => {
    const wallet = await create()
    const named = ['first', 'second', 'third']
    for (const kind of named) {
      wallet.note(kind, '')
      await wallet.saved()
    }
    const [base, saves] = [await readFile(path), await readFile(`${path}.live`)]
    await wallet.close()
    const place = saves.length / 2
    const torn = (at: number): Buffer => {
      const bytes = Buffer.from(saves)
      bytes[at]! ^= 1
      return bytes
    }
    const third = saves.subarray(0, place).includes('third') ? 0 : place
    const otherBase = Buffer.from(saves)
    otherBase.write('x', 0)
    otherBase.write('x', place)
    for (const [bytes, expected] of [
      [saves, 'third'],
      [torn(third + 200), 'second'],
      [torn(place - third + 200), 'third'],
      [saves.subarray(0, 100), undefined],
      [otherBase, undefined]
    ] as const) {
      await writeFile(path, base)
      await writeFile(`${path}.live`, bytes)
      const again = await open()
      const { events } = again.summary()
      assert.equal(events.filter(({ kind }) => named.includes(kind)).at(-1)?.kind, expected)
      await again.close()
    }
  })

  it('a wallet that outgrows its place is written whole, and goes on', async () => {
    const wallet = await create()
    for (let i = 0; i < 200; i++) wallet.note('long', 'x'.repeat(1000))
    await wallet.saved()
    wallet.note('last', '')
    await wallet.saved()
    assert.ok((await live()).includes('last'))
    await wallet.close()
    assert.ok((await readFile(path, 'utf8')).includes('last'))
  })

  it('a save that fails spoils no earlier one, and the next one brings everything', async () => {
    const wallet = await create()
    wallet.note('kept', '')
    await wallet.saved()
    const probe = await openFile(path)
    const handle = Object.getPrototypeOf(probe) as { datasync(): Promise<void> }
    await probe.close()
    const { datasync } = handle
    handle.datasync = () => Promise.reject(new Error('EIO'))
    try {
      for (let i = 0; i < 3; i++) {
        wallet.note('lost?', '')
        await assert.rejects(wallet.saved())
      }
      assert.ok(
        (await live())
          .split(/\n{3,}/)
          .some((save) => save.includes('kept') && !save.includes('lost?'))
      )
    } finally {
      handle.datasync = datasync
    }
    await wallet.saved()
    assert.ok((await live()).includes('lost?'))
    await wallet.close()
  })

  it('a close that cannot write the wallet file leaves the last save beside it', async () => {
    const wallet = await create()
    wallet.note('beside', '')
    await wallet.saved()
    await mkdir(`${path}.tmp`) // in the way of the temporary file
    await assert.rejects(wallet.close())
    await rm(`${path}.tmp`, { recursive: true })
    const again = await open()
    assert.ok(again.summary().events.some(({ kind }) => kind === 'beside'))
    await again.close()
  })
})
