// I1 and I6 of a provider as it is run: three processes of `floodgate provider` on one PostgreSQL, under requests of many
// customers. One of them, and now and then the database with it, is killed with kill -9 at random moments and started again.
// What a customer got an answer to is there exactly once, and nothing else is.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Trust, decimalOf, platformCrypto } from '@floodgate/protocol'
import { postgresLedger } from '@floodgate/tracker'
import { fetchProvider } from '@floodgate/wallet'
import type { Child } from '../../hosts/src/show/child.ts'
import { Stage } from '../hosts/stage.ts'
import { startPostgres, type Postgres } from '../support/postgres.ts'
import { SEED, randomFrom } from '../support/random.ts'
import { wholeJournal } from '../tracker/ledger/whole-journal.ts'
import { Customers, PIECES, PRICE, postingOf } from './customers.ts'
import { freePort } from './film.ts'
import { startFront, type Front } from './front.ts'

const KILLS = Number(process.env['FLOODGATE_KILLS'] ?? 3)
const DATABASE_EVERY = 3
const CUSTOMERS = 8
const PIECE_LENGTH = 16_384

describe(`I1 I6: three providers on one PostgreSQL, ${KILLS} kills (seed ${SEED})`, function () {
  this.timeout(60_000 + KILLS * 10_000)
  const random = randomFrom(SEED)
  let postgres: Postgres
  let front: Front
  let stage: Stage
  let url: string
  const providers: { child: Child; start: () => Promise<Child> }[] = []

  before(async () => {
    postgres = await startPostgres()
    url = await postgres.newUrl()
    const ports = [await freePort(), await freePort(), await freePort()]
    front = await startFront(ports, random)
    const common = ['--no-seed', '--trust-proxy', '--url', front.url]
    stage = await Stage.open('--port', String(ports[0]), '--ledger', url, ...common)
    for (const [at, port] of ports.entries()) {
      const data = at === 0 ? stage.shop : await stage.twin(`twin${at}`)
      const start = async (): Promise<Child> => {
        const child = stage.start('provider', '--data', data, '--port', String(port), ...common)
        await child.until('listening')
        return child
      }
      providers.push({ start, child: at === 0 ? stage.provider : await start() })
    }
  })
  after(async () => {
    await stage?.close()
    await front?.close()
    await postgres?.stop()
  })

  /** One of them dies, and every so often the database; both come back. */
  async function killSome(cycle: number): Promise<void> {
    const victim = random.pick(providers)
    await victim.child.kill()
    if (cycle % DATABASE_EVERY === 0) await postgres.killAndRestart()
    victim.child = await victim.start()
  }

  it('loses nothing that was acknowledged and pays nothing twice', async () => {
    const film = join(stage.dir, 'film.bin')
    await writeFile(film, randomBytes(PIECES * PIECE_LENGTH))
    const terms = [
      '--price',
      `${decimalOf(BigInt(PRICE), 'EUR')}/piece`,
      '--piece-length',
      String(PIECE_LENGTH)
    ]
    const published = ['publish', film, '--data', stage.shop, ...terms] as const
    const { infoHash } = await stage.command('published', ...published)
    const { rootKey, epoch } = await fetchProvider(front.url)
    const trust = new Trust(platformCrypto, rootKey)
    await trust.addEpoch(epoch, Date.now())
    const clock = {
      get now() {
        return Date.now()
      }
    }
    const operatorToken = (await readFile(join(stage.shop, 'operator-token'), 'utf8')).trim()
    const customers = new Customers(
      { url: front.url, trust, provider: trust.provider, clock },
      { operatorToken, infoHash: String(infoHash) },
      random
    )
    const trading = customers.run(CUSTOMERS)
    for (let cycle = 1; cycle <= KILLS; cycle++) {
      // What fails among the customers is told at once.
      await Promise.race([customers.more(1 + random.below(60)), trading])
      await sleep(random.below(40))
      await killSome(cycle)
    }
    customers.stop()
    await trading
    for (const { child } of providers) assert.equal(await child.stop(), 0, child.log)

    const { faults } = await stage.command('audit', 'audit', '--data', stage.shop)
    assert.deepEqual(faults, [])
    const store = await postgresLedger(url, { currency: 'EUR' })
    try {
      for (const { signKey, uid } of customers.accounts) {
        assert.equal((await store.accountByKey(signKey))?.uid, uid)
      }
      const journal = (await wholeJournal(store)).map(postingOf)
      assert.deepEqual(journal.sort(), customers.postings.sort())
    } finally {
      await store.close()
    }
    assert.ok(customers.unanswered > KILLS, 'hardly anything was under way at the kills')
  })
})
