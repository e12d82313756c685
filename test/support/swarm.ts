// A provider for each test of a suite, and peers that are closed after it.

import type { FloodgateOptions } from '@floodgate/wire'
import { TestPeer } from './peer.ts'
import { TestProvider } from './provider.ts'

type PeerOptions = Omit<FloodgateOptions, 'wallet'>

export class TestSwarm {
  /** Of the test that runs. */
  provider!: TestProvider
  readonly #peers: TestPeer[] = []
  readonly #options: PeerOptions

  /** To be made in `describe`; `options` are what its peers have if nothing else is said. */
  constructor(options: PeerOptions = {}) {
    this.#options = options
    beforeEach(async () => {
      this.provider = await TestProvider.start()
    })
    afterEach(async () => {
      await Promise.all(this.#peers.splice(0).map((one) => one.close()))
      await this.provider.close()
    })
  }

  readonly peer = async (balance = 0n, options: PeerOptions = {}): Promise<TestPeer> =>
    this.add(new TestPeer(await this.provider.wallet(balance), { ...this.#options, ...options }))

  /** Closes it, too, after the test. */
  add(peer: TestPeer): TestPeer {
    this.#peers.push(peer)
    return peer
  }
}
