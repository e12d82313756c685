// Sellers who claim, in a process of their own: many connections, each with one claim in flight.

import { Agent, request } from 'node:http'
import { decode } from '@floodgate/protocol'
import type { Seller } from '../harness/content.ts'
import { serve } from '../harness/serve.ts'
import { makeClaims, newTrader, type Trader } from './claim-maker.ts'
import type { AccountWish, SoldPurse } from './ledger-stock.ts'

let sellers: Trader[] = []
let buyers: Trader[] = []
let bodies: Uint8Array[][] = []

export interface ClaimsWish {
  purses: SoldPurse[]
  pieces: number
  /** Of each seller. */
  claims: number
  pursesPerClaim: number
  tokensPerPurse: number
  boxKey: Uint8Array
  /** All sellers claim from all purses, each its own share of the tokens; else each has purses of its own. */
  shared?: boolean
}

export interface ClaimTimes {
  ms: number
  /** Milliseconds from request to answer, one for each claim. */
  latencies: number[]
  /** Tokens that the provider says it paid. */
  tokens: number
  /** Codes of refusals. */
  refused: string[]
}

function post(agent: Agent, url: string, body: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length }
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const all = Buffer.concat(chunks)
        if (response.statusCode === 200) resolve(all)
        else reject(new Error(`${response.statusCode}: ${all}`))
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const jobs = {
  /** Makes the keys of buyers and sellers; the provider is to open their accounts. */
  async people(given: {
    seller: Seller
    sellers: number
    buyers: number
  }): Promise<{ sellers: AccountWish[]; buyers: AccountWish[] }> {
    const many = (count: number) =>
      Array.from({ length: count }, () => newTrader(given.seller.rootKey))
    sellers = many(given.sellers)
    buyers = many(given.buyers)
    const accounts = (traders: Trader[]) => traders.map(({ account }) => account)
    return { sellers: accounts(sellers), buyers: accounts(buyers) }
  },

  /** Signs and seals all claims. */
  async make(wish: ClaimsWish): Promise<void> {
    const { shared = false, tokensPerPurse, claims } = wish
    const all = wish.purses.map((sold) => ({ sold, buyer: buyers[sold.buyer]! }))
    bodies = []
    for (const [at, seller] of sellers.entries()) {
      const purses = shared ? all : all.filter((_, i) => i % sellers.length === at)
      const turns = Math.ceil((claims * wish.pursesPerClaim) / purses.length)
      const firstToken = shared ? at * turns * tokensPerPurse : 0
      bodies.push(await makeClaims({ ...wish, seller, purses, firstToken }))
    }
  },

  /** Sends all of them, each seller one after the other, the sellers to all providers in turn. */
  async send({ urls }: { urls: string[] }): Promise<ClaimTimes> {
    const agent = new Agent({ keepAlive: true, maxSockets: sellers.length })
    const latencies: number[] = []
    const answers: Uint8Array[] = []
    const start = performance.now()
    await Promise.all(
      bodies.map(async (own, i) => {
        const url = urls[i % urls.length]!
        for (const body of own) {
          const sent = performance.now()
          answers.push(await post(agent, `${url}/floodgate/v1/claims`, body))
          latencies.push(performance.now() - sent)
        }
      })
    )
    const ms = performance.now() - start
    agent.destroy()
    const results = answers.flatMap((answer) => decode(answer, 'claimed').message.results)
    const tokens = results.reduce((sum, { fresh }) => sum + fresh, 0)
    const refused = results.flatMap(({ code }) => (code === '' ? [] : [code]))
    return { ms, latencies, tokens, refused }
  }
}
export type ClaimantJobs = typeof jobs

serve(jobs)
