// The protocol in a real browser: every vector of test/vectors, made and read there with each of the page's
// back ends, and hostile input judged as Node judges it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { startChromium, type Chromium } from './chromium.ts'
import { serveModule, type Site, type Tab } from './page.ts'

const vector = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as T

interface BackEnd {
  why: string
  name: string
  /** Signatures that the engine itself checks, of one. */
  native: number
  crypto?: string
  /** Runs before the page's module. */
  script?: string
}

const NO_ED25519 = `crypto.subtle.generateKey = async () => { throw new DOMException('', 'NotSupportedError') }`

const BACK_ENDS: BackEnd[] = [
  { why: 'WebCrypto', name: 'web', native: 1 },
  { why: 'WebCrypto without Ed25519', name: 'web', native: 0, script: NO_ED25519 },
  { why: 'tweetnacl', name: 'tweetnacl', native: 0, crypto: 'pages/tweetnacl.ts' }
]

describe('browser: the protocol in Chromium', function () {
  this.timeout(30_000)
  let chromium: Chromium | undefined
  before(async () => {
    chromium = await startChromium()
  })
  after(() => chromium?.close())

  for (const { why, name, native, crypto, script } of BACK_ENDS) {
    describe(`by ${why} (F87)`, () => {
      let site: Site | undefined
      let tab: Tab
      before(async () => {
        site = await serveModule(chromium!.browser, 'protocol', {
          aliases: {
            'node:assert/strict': 'pages/assert.ts',
            ...(crypto && { '#crypto': crypto })
          },
          scripts: script === undefined ? [] : [script]
        })
        tab = await site.open()
      })
      after(() => site?.close())

      it('is the back end meant', async () => {
        assert.deepEqual(await tab.call('backEnd'), { name, native })
      })

      for (const file of ['messages', 'refused', 'tokens', 'session', 'box', 'push']) {
        it(`makes ${file}.json`, async () => {
          assert.deepEqual(await tab.call('make', file), vector(file))
        })
      }

      it('reads every message, and its signature holds', async () => {
        const file = vector<{ messages: { fields: object }[] }>('messages')
        const fields = file.messages.map((message) => message.fields)
        assert.deepEqual(await tab.call('read', file), fields)
      })

      it('refuses what must be refused, with the same codes', async () => {
        for (const { why: reason, bytes, code } of vector<Refused[]>('refused')) {
          assert.equal(await tab.call('refusal', bytes), code, reason)
        }
      })

      it('takes and refuses the same signatures and keys, however hostile', async () => {
        const file = vector<Signatures>('signatures')
        const { valid, agreed } = await tab.call<{ valid: boolean[]; agreed: string[] }>(
          'judge',
          file
        )
        const wrong = file.signatures.filter((entry, i) => entry.valid !== valid[i])
        assert.deepEqual(wrong, [])
        assert.equal(valid.length, file.signatures.length)
        assert.ok(valid.includes(true) && valid.includes(false))
        assert.deepEqual(agreed, [])
      })

      it('opens a sealed box with its key, unaltered only', async () => {
        const { secret, ephemeralSecret, boxes } = vector<Boxes>('box')
        for (const { plain, sealed } of boxes) {
          assert.equal(await tab.call('unseal', secret, sealed), plain)
          assert.equal(await tab.call('unseal', ephemeralSecret, sealed), 'cannot-open')
          const last = Number.parseInt(sealed.slice(-1), 16) ^ 1
          const altered = sealed.slice(0, -1) + last.toString(16)
          assert.equal(await tab.call('unseal', secret, altered), 'cannot-open')
        }
      })

      it('and nothing failed unseen', () => assert.deepEqual(site?.faults, []))
    })
  }
})

interface Refused {
  why: string
  bytes: string
  code: string
}

interface Signatures {
  signatures: { why: string; valid: boolean }[]
}

interface Boxes {
  secret: string
  ephemeralSecret: string
  boxes: { plain: string; sealed: string }[]
}
