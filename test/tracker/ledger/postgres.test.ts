// The ledger in PostgreSQL passes the compliance suite, like the others.
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { postgresLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { ledgerCompliance } from './compliance.ts'
import { ledgerProperties } from './properties.ts'

const euro = { currency: 'EUR' }
let postgres: Postgres

before(async function () {
  this.timeout(60_000)
  postgres = await startPostgres()
})
after(() => postgres.stop())

const open = async () => postgresLedger(await postgres.newUrl(), euro)

ledgerCompliance('PostgreSQL', open)
ledgerProperties('PostgreSQL', open, 6)
