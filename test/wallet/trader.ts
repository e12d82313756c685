// The process that file.test.ts kills. It trades as the wire does, and says on stdout what it sent; it does
// not say it before it may.

import { once } from 'node:events'
import { appendFileSync, readFileSync, writeSync } from 'node:fs'
import {
  codeOf,
  fromHex,
  platformCrypto as crypto,
  toHex,
  tokenAt,
  xorInto
} from '@floodgate/protocol'
import { Wallet } from '@floodgate/wallet'
import { fileStorage } from '@floodgate/wallet/file'

const [what = '', path = '', store = '', seed = ''] = process.argv.slice(2)
/** At once: whoever reads it knows that it was sent. */
const say = (line: string) => writeSync(1, `${line}\n`)
const PAYEES = [1, 2, 3, 4].map((n) => new Uint8Array(16).fill(n))
const pick = (below: number) => Math.floor(Math.random() * below)

const open = () => Wallet.open({ storage: fileStorage(path), passphrase: 'pass' })

async function buy(wallet: Wallet): Promise<void> {
  const purse = wallet.purses.all()[0]!
  const pieces = new Set(readFileSync(store, 'utf8').split('\n').filter(Boolean).map(Number))
  purse.settleUncertain((index) => pieces.has(index))
  for (;;) {
    const payee = PAYEES[pick(PAYEES.length)]!
    const indexes = Array.from({ length: 1 + pick(3) }, () => pick(purse.count))
    const reserved = indexes.filter((index) => purse.reserve(index, payee))
    if (pick(4) === 0) {
      for (const index of reserved) purse.release(index, payee)
      continue
    }
    for (const index of reserved) appendFileSync(store, `${index}\n`)
    await purse.reservationSaved(reserved)
    purse.pay(payee, reserved)
    for (const index of reserved) say(`sent ${index} ${toHex(payee)}`)
  }
}

async function sell(wallet: Wallet): Promise<void> {
  const sale = wallet.sales.all()[0]!
  for (;;) {
    const xor = sale.xor.slice()
    xorInto(xor, tokenAt(crypto, fromHex(seed), sale.count))
    sale.accept([sale.count], xor, sale.count + 1, crypto.random(300))
    const { count } = sale
    await wallet.saved()
    say(`receipt ${count}`)
  }
}

try {
  const wallet = await open()
  if (what === 'trade') await Promise.all([buy(wallet), sell(wallet)])
  say('opened')
  if (what === 'hold') await once(process.stdin.resume(), 'end') // as long as the test lives, or until killed
  await wallet.close()
} catch (error) {
  say(codeOf(error))
}
