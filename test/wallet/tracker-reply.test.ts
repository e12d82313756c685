// Reading a tracker's reply: what is canonical is read, all else is one clear error.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isErrorCode, codeOf, type ErrorCode } from '@floodgate/protocol'
import { readTrackerReply } from '../../plugins/floodgate-wallet/src/tracker-reply.ts'
import { code } from './bed.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

describe('wallet: a tracker’s reply', () => {
  it('reads Floodgate’s keys and steps over all others', () => {
    const reply = readTrackerReply(
      bytes('d5:filesd1:ad1:bi-1eee8:intervali30e2:fg3:\x00\x01\xff4:listli1e1:xlee5:peers0:e')
    )
    assert.deepEqual([...reply.fg!], [0, 1, 255])
    assert.deepEqual([reply.failure, reply.code, reply.time], [undefined, undefined, undefined])
  })

  it('reads a failure with code and time, as a number or in digits', () => {
    const failure = '14:failure reason2:no'
    assert.deepEqual(readTrackerReply(bytes(`d${failure}7:fg code5:clock7:fg timei12ee`)), {
      fg: undefined,
      failure: 'no',
      code: 'clock',
      time: 12
    })
    assert.equal(readTrackerReply(bytes(`d${failure}7:fg time2:12e`)).time, 12)
    assert.equal(readTrackerReply(bytes(`d${failure}2:fg2:34e`)).time, 34)
    assert.equal(readTrackerReply(bytes(`d${failure}2:fg1:xe`)).time, undefined)
    assert.equal(readTrackerReply(bytes('d2:fg2:34e')).time, undefined)
  })

  const cases: [string, ErrorCode][] = [
    ['', 'not-canonical'],
    ['i1e', 'not-canonical'],
    ['d', 'truncated'],
    ['d1:a', 'truncated'],
    ['d1:ai1e', 'truncated'],
    ['d1:a5:xe', 'truncated'],
    ['d999999:ae', 'truncated'],
    ['dee', 'not-canonical'],
    ['d1:ai01ee', 'not-canonical'],
    ['d1:ai-0ee', 'not-canonical'],
    ['d1:aiee', 'not-canonical'],
    ['d01:ai1ee', 'not-canonical'],
    ['d-3:ai1ee', 'not-canonical'],
    ['d1:ali1e-3:ee', 'not-canonical'],
    ['d1:ai12345678901234567890ee', 'not-canonical'],
    ['d1:ai1e1:ai2ee', 'not-canonical'],
    ['d1:\xffi1ee', 'bad-field'],
    ['di1ei2ee', 'truncated'],
    ['di1e4:ab:ce', 'not-canonical'],
    [`d1:a${'l'.repeat(9)}${'e'.repeat(9)}e`, 'bad-field'],
    [`d1:a${'l'.repeat(60_000)}`, 'bad-field'],
    [`d1:a70000:${'x'.repeat(70_000)}e`, 'too-long']
  ]
  for (const [text, expected] of cases) {
    it(`${JSON.stringify(text.slice(0, 30))} is ${expected}`, () => {
      assert.throws(() => readTrackerReply(bytes(text)), code(expected))
    })
  }

  it('never throws anything but a code of the table', () => {
    const alphabet = fc.constantFrom(...'dlie:0123456789-afg\xff')
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 60 }), (text) => {
        try {
          readTrackerReply(bytes(`d${text}`))
        } catch (error) {
          assert.ok(isErrorCode(codeOf(error)) && codeOf(error) !== 'internal', String(error))
        }
      }),
      { numRuns: 2000 }
    )
  })
})
