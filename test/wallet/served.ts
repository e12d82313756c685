// The set-up of suites that ask a provider over HTTP: one provider for all tests, and for each of them a server of it and a wallet.

import { register, type Wallet } from '@floodgate/wallet'
import { TestProvider } from './bed.ts'
import { TestServer } from './test-server.ts'

export interface Served {
  provider: TestProvider
  server: TestServer
  wallet: Wallet
}

/** To be called in `describe`. `take` gets what there is, before each test; the wallet has registered unless it is to do so itself. */
export function served(take: (made: Served) => void, isRegistered = true): void {
  let provider: TestProvider
  let made: Served
  before(async () => {
    provider = await TestProvider.create()
  })
  beforeEach(async () => {
    const server = new TestServer(provider)
    await server.listen()
    const wallet = await server.wallet()
    made = { provider, server, wallet }
    take(made)
    if (isRegistered) await register(wallet, 'card')
  })
  afterEach(async () => {
    await made.wallet.close()
    await made.server.close()
  })
}
