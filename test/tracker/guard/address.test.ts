// Addresses of strangers.
import assert from 'node:assert/strict'
import { cleanAddress, hostOf } from '../../../tracker-extension/src/guard/address.ts'

const CLEAN: [given: unknown, address: string | undefined][] = [
  ['1.2.3.4', '1.2.3.4'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['999.1', undefined],
  ['1.2.3.4.5', undefined],
  ['::ffff:', undefined],
  ['', undefined],
  ['localhost', undefined],
  [undefined, undefined],
  [['1.2.3.4'], undefined]
]

const HOSTS: [address: string, host: string][] = [
  ['1.2.3.4', '1.2.3.4'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:01:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1::', '1:0:0:0::/64'],
  ['64:ff9b::1.2.3.4', '64:ff9b:0:0::/64']
]

describe('guard: addresses', () => {
  for (const [given, address] of CLEAN) {
    it(`${JSON.stringify(given)} is ${address ?? 'no address'}`, () =>
      assert.equal(cleanAddress(given), address))
  }

  for (const [address, host] of HOSTS) {
    it(`F66: ${address} is of host ${host}`, () => assert.equal(hostOf(address), host))
  }
})
