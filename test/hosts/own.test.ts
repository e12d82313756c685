// The whole way of a missed promise that a seeder elsewhere pays for, with real commands: a provider that gives too little,
// whose own account has nothing; two seeders of its pool, of which the operator names one as its own; a buyer of each.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { sqliteLedger } from '@floodgate/tracker'
import { homeOf } from '../../hosts/src/provider/home.ts'
import { createToken } from '../../hosts/src/provider/tokens.ts'
import { parsePromise } from '../../hosts/src/service-promise.ts'
import type { Child, Line } from '../../hosts/src/show/child.ts'
import { customer, onShelf } from './prepared.ts'
import { KIB, Stage, type Person } from './stage.ts'

const PIECES = 6
const PIECE_LENGTH = 16 * KIB
const PRICE = 10n
const DEPOSIT = 1000n
/** What all pieces cost, and a fifth of it. */
const [TOTAL, CREDIT] = [60n, 12n]
/** Takes 0.74 s for these pieces; at 40 kB/s they take twice that, and a second until somebody is told to seed them. */
const WORDS = 'start 0.5 s, rate 400 kB/s for 95 %, credit 20 %'
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

describe('hosts: floodgate own', function () {
  this.timeout(60_000)
  /** Who would start seeders; here they are started by hand. */
  const autoscaler = createServer((_, response) => response.writeHead(204).end())
  let stage: Stage
  let tokenFile: string

  before(async () => {
    await new Promise<void>((resolve) => autoscaler.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(autoscaler.address() as AddressInfo).port}`
    stage = await Stage.configured(`
qos:
  target: 200 kB/s
  max: 40 kB/s
  everySeconds: 1
  announceSeconds: 1
  pool: { webhook: { url: '${url}', secret: '${SECRET}' } }
`)
    tokenFile = join(stage.dir, 'token')
    const wish = { name: 'seeders', scopes: ['seed' as const], expiresAt: 0 }
    await writeFile(tokenFile, await createToken(homeOf(stage.shop), wish, Date.now()))
  })
  after(async () => {
    await stage.close()
    autoscaler.closeAllConnections()
    await new Promise((resolve) => autoscaler.close(resolve))
  })

  /** A seeder elsewhere of this content and nothing else. */
  function seedFar(infoHash: string): Child {
    const from = ['--provider', stage.url, '--contents', join(stage.shop, 'contents')]
    const wallet = join(stage.dir, `${infoHash}.json`)
    const args = ['--wallet', wallet, '--token-file', tokenFile, '--content', infoHash]
    return stage.start('pool-seeder', ...from, ...args)
  }

  const uidOf = async (far: Child): Promise<string> => String((await far.until('seeder'))['uid'])
  const credited = ({ uid }: Person): Promise<Line> =>
    stage.provider.until('promise', (line) => line['uid'] === uid && line['state'] === 'paid')

  it('F76, F79, I1: a missed promise is paid out of what a seeder elsewhere sold, once it is named', async () => {
    const terms = { pieces: PIECES, pieceLength: PIECE_LENGTH, price: PRICE }
    const sell = (name: string) => onShelf(stage, name, { ...terms, promise: parsePromise(WORDS) })
    const [film, book] = [await sell('film.bin'), await sell('book.bin')]
    const [ann, ben] = [
      await customer(stage, 'ann', DEPOSIT),
      await customer(stage, 'ben', DEPOSIT)
    ]
    const [his, hers] = [seedFar(book.infoHash), seedFar(film.infoHash)]
    const gets = [stage.get(ben, book.torrent)]
    const [nameless, named] = [await uidOf(his), await uidOf(hers)]
    // Before it claims: a credit is judged by what was the provider's own when all was claimed.
    await stage.command('own', 'own', named, '--yes', '--data', stage.shop)
    gets.push(stage.get(ann, film.torrent))
    await Promise.all(gets.map((get) => get.succeeded()))
    for (const get of gets) assert.notEqual(get.seen('measured')[0]?.['missed'], '', get.log)

    const [paid, unpaid] = await Promise.all([credited(ann), credited(ben)])
    assert.deepEqual([paid['credit'], paid['excuse']], [String(CREDIT), ''])
    assert.equal(unpaid['credit'], '0', 'what nobody named sold was not taken by the provider')
    assert.equal(await stage.provider.stop(), 0)

    const store = await sqliteLedger(join(stage.shop, 'ledger.sqlite'), { currency: 'EUR' })
    const { faults, depositsMinor, escrowMinor } = await store.audit()
    const uids = [ann.uid, ben.uid, named, nameless]
    const accounts = await Promise.all(uids.map((uid) => store.account(uid)))
    const lines = (await store.journal()).map(({ kind, debit, credit, amountMinor }) => {
      return `${kind}: ${debit} → ${credit} ${amountMinor}`
    })
    await store.close()
    assert.deepEqual([faults, depositsMinor, escrowMinor], [[], 2n * DEPOSIT, 0n])
    const bought = DEPOSIT - TOTAL
    assert.deepEqual(
      accounts.map((account) => account?.balanceMinor),
      [bought + CREDIT, bought, TOTAL - CREDIT, TOTAL]
    )
    assert.deepEqual(
      lines.filter((line) => /^(cover|credit):/.test(line)),
      [`cover: peer:${named} → provider ${CREDIT}`, `credit: provider → peer:${ann.uid} ${CREDIT}`]
    )
  })
})
