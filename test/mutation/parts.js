// What is mutated and by which tests it must be noticed, cheapest tests first: a mutant is done with the first failure.

const PROTOCOL = 'plugins/floodgate-protocol/src'
const WALLET = 'plugins/floodgate-wallet/src'
const LEDGER = 'tracker-extension/src/ledger'

/** Stryker's globs know braces, mocha's do not: each file by its name. */
const files = (folder, end, names) => names.split(' ').map((name) => `${folder}/${name}${end}`)
const sources = (folder, names) => files(folder, '.ts', names)
const tests = (folder, names) => files(`test/${folder}`, '.test.ts', names)

export const PARTS = {
  court: {
    mutate: sources(`${PROTOCOL}/court`, 'offences judge revocation-log signatures'),
    tests: tests('protocol', 'judge answers court-facts')
  },
  protocol: {
    mutate: sources(
      PROTOCOL,
      'bencode bitmap bytes codec fields identity merkle offer session tokens trust vouchers'
    ),
    tests: tests(
      'protocol',
      'session trust limits judge answers court-facts exchange canonical vectors codec merkle'
    )
  },
  crypto: {
    mutate: sources(PROTOCOL, 'crypto/strict'),
    tests: tests('protocol', 'session exchange limits crypto hostile')
  },
  purse: {
    mutate: sources(WALLET, 'purse payee-book reservations sale debts'),
    tests: tests('wallet', 'purse sales receipts debts purse-crash commit purse.property')
  },
  ledger: {
    mutate: sources(
      LEDGER,
      'rules redeem purchase posting sales overlay bitmap check complaints settlement revocations'
    ),
    tests: tests('tracker/ledger', 'limits posting rules collateral cases memory')
  }
}
