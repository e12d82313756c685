// The book of what was measured (F78): figures while a download goes on, and what becomes of them when the provider answers.

import assert from 'node:assert/strict'
import { platformCrypto as crypto } from '@floodgate/protocol'
import { Wallet, memoryStorage, sendMeasurement } from '@floodgate/wallet'
import { code, type TestProvider } from './bed.ts'
import { served } from './served.ts'
import { says, type TestServer } from './test-server.ts'

describe('wallet: measurements', () => {
  let provider: TestProvider
  let server: TestServer
  let wallet: Wallet
  served((made) => ({ provider, server, wallet } = made))

  const purseOf = async (owner: Wallet) => {
    const { frame, seed } = await provider.purse(owner.uid, 4)
    return owner.purses.add(frame, seed)
  }
  const refused = (status: number, error: string): void => {
    const answer = says(status, JSON.stringify({ error }))
    server.instead = (request, response) =>
      /measurements$/.test(request.url ?? '') && answer(request, response)
  }

  it('I6: figures of what is under way are saved with every change, as they stand then', async () => {
    const storage = memoryStorage()
    const own = await provider.wallet({ storage })
    const purse = await purseOf(own)
    const figures = { startMs: 1, wantedMs: 2, bytes: 3 }
    own.purses.measurements.begin(purse, () => ({ ...figures }))
    figures.bytes = 7
    own.nextCounter() // as each announce does
    await own.saved()
    await storage.close()
    const again = await Wallet.open({ storage, passphrase: 'pass' })
    assert.deepEqual(again.purses.measurements.of(purse), { ...figures, outcome: '' })
    again.purses.measurements.note(purse, { ...figures, bytes: 9 })
    assert.equal(again.purses.measurements.of(purse)?.bytes, 9)
    await again.close()
  })

  it('a refusal that may pass leaves it to be told again, with the same bytes; another is the end', async () => {
    const purse = await purseOf(wallet)
    const { measurements } = wallet.purses
    await assert.rejects(sendMeasurement(wallet, purse), code('bad-option'))
    measurements.begin(purse, () => ({ startMs: 1, wantedMs: 2, bytes: crypto.random(1)[0]! }))
    refused(503, 'not-ready')
    await assert.rejects(sendMeasurement(wallet, purse), code('not-ready'))
    const { frame, outcome } = measurements.of(purse)!
    assert.equal(outcome, '')
    refused(409, 'contradicted')
    await assert.rejects(sendMeasurement(wallet, purse), code('contradicted'))
    assert.equal(measurements.of(purse)!.frame, frame)
    assert.equal(measurements.of(purse)!.outcome, 'contradicted')
  })
})
