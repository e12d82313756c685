// The origin over real sockets: whole files and ranges, what does not exist, states and limits, and readers that are slow
// or go away.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { ORIGIN_PREFIX } from '../../../tracker-extension/src/origin/target.ts'
import { OriginStage, codeIn, type Published } from './stage.ts'

/** Looks again in each turn of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

describe('origin: serving', () => {
  let stage: OriginStage
  let film: Published
  let album: Published

  before(async () => {
    stage = await OriginStage.start({ places: { all: 5, perHost: 4 + 1 } })
    film = await stage.publish({ 'film #1 ü%.mkv': 100_001 })
    album = await stage.publish({
      'album/a.ogg': 20_000,
      'album/sub dir/b?.ogg': 30_000,
      'album/empty': 0
    })
  })
  after(() => stage.close())
  beforeEach(() => {
    for (const { infoHash } of [film, album]) stage.origin.set(infoHash, { state: 'open' })
    stage.errors.length = 0
  })

  const one = (): string => `${film.infoHash}/${encodeURIComponent('film #1 ü%.mkv')}`
  const bytesOf = (content: Published): Buffer => Buffer.from(Object.values(content.files)[0]!)

  it('gives a whole file, and its head alone', async () => {
    const { status, headers, body } = await stage.ask(one())
    assert.equal(status, 200)
    assert.ok(body.equals(bytesOf(film)))
    assert.equal(headers['accept-ranges'], 'bytes')
    assert.equal(headers.etag, `"${film.infoHash}-0"`)
    const head = await stage.ask(one(), {}, 'HEAD')
    assert.deepEqual(
      [head.status, head.headers['content-length'], head.body.length],
      [200, '100001', 0]
    )
  })

  it('gives files of several, by their paths', async () => {
    for (const [path, bytes] of Object.entries(album.files)) {
      const escaped = path.split('/').map(encodeURIComponent).join('/')
      const { status, body } = await stage.ask(`${album.infoHash}/${escaped}`)
      assert.equal(status, 200, path)
      assert.ok(body.equals(bytes), path)
    }
  })

  it('gives one range (RFC 9110, 14)', async () => {
    const rows: [range: string, status: number, from: number, to: number][] = [
      ['bytes=0-0', 206, 0, 1],
      ['bytes=70000-80000', 206, 70_000, 80_001],
      ['bytes=100000-', 206, 100_000, 100_001],
      ['bytes=-1', 206, 100_000, 100_001],
      ['bytes=-999999999', 206, 0, 100_001],
      ['bytes=50-9999999999999', 206, 50, 100_001],
      ['bytes=5-2', 200, 0, 100_001],
      ['bytes=0-1,5-6', 200, 0, 100_001],
      ['lines=0-1', 200, 0, 100_001]
    ]
    for (const [range, status, from, to] of rows) {
      const { headers, body, ...said } = await stage.ask(one(), { Range: range })
      assert.equal(said.status, status, range)
      assert.ok(body.equals(bytesOf(film).subarray(from, to)), range)
      const expected = status === 206 ? `bytes ${from}-${to - 1}/100001` : undefined
      assert.equal(headers['content-range'], expected)
    }
    for (const range of ['bytes=100001-', 'bytes=-0', 'bytes=500000-600000']) {
      const { status, headers, body } = await stage.ask(one(), { Range: range })
      assert.deepEqual([status, headers['content-range']], [416, 'bytes */100001'], range)
      assert.equal(body.length, 0)
    }
  })

  it('heeds If-Range and If-None-Match by the tag, which is the info hash’s', async () => {
    const range = { Range: 'bytes=0-9' }
    const tag = `"${film.infoHash}-0"`
    assert.equal((await stage.ask(one(), { ...range, 'If-Range': tag })).status, 206)
    const changed = [`W/${tag}`, '"other"', 'Sat, 22 Nov 2026 10:00:00 GMT']
    for (const other of changed) {
      assert.equal((await stage.ask(one(), { ...range, 'If-Range': other })).status, 200, other)
    }
    assert.equal((await stage.ask(one(), { 'If-None-Match': tag })).status, 304)
    assert.equal((await stage.ask(one(), { 'If-None-Match': '"other"' })).status, 200)
  })

  it('says how a content stands', async () => {
    const { status, body } = await stage.ask(film.infoHash)
    assert.equal(status, 200)
    const standing = { infoHash: film.infoHash, access: 'free', state: 'open' }
    assert.deepEqual(JSON.parse(body.toString()), standing)
  })

  it('knows no file but those of the torrent', async () => {
    await writeFile(stage.pathOf('secret'), 'secret')
    const { infoHash } = album
    const other = '0'.repeat(40)
    const rows: [path: string, status: number, code: string][] = [
      [`${infoHash}/`, 404, 'not-found'],
      [`${infoHash}/album`, 404, 'not-found'],
      [`${infoHash}/album/`, 404, 'not-found'],
      [`${infoHash}/album/a.ogg/`, 404, 'not-found'],
      [`${infoHash}//album/a.ogg`, 404, 'not-found'],
      [`${infoHash}/album//a.ogg`, 404, 'not-found'],
      [`${infoHash}/album/./a.ogg`, 404, 'not-found'],
      [`${infoHash}/album/../album/a.ogg`, 404, 'not-found'],
      [`${infoHash}/album/../secret`, 404, 'not-found'],
      [`${infoHash}/../../../../../etc/passwd`, 404, 'not-found'],
      [`${infoHash}/album/..%2fsecret`, 404, 'not-found'],
      [`${infoHash}/%2e%2e/secret`, 404, 'not-found'],
      [`${infoHash}/album%2Fa.ogg`, 404, 'not-found'],
      [`${infoHash}/album%5Ca.ogg`, 404, 'not-found'],
      [`${infoHash}/album/a.ogg%00`, 404, 'not-found'],
      [`${infoHash}/secret`, 404, 'not-found'],
      [`${infoHash}/album/%ff`, 400, 'bad-request'],
      [`${infoHash}/album/%`, 400, 'bad-request'],
      [`${infoHash}/album/%ed%a0%80`, 400, 'bad-request'],
      [`${infoHash}/album/${'a'.repeat(8000)}`, 404, 'not-found'],
      [`${other}/album/a.ogg`, 404, 'unknown-content'],
      [infoHash.toUpperCase(), 404, 'not-found'],
      [`${infoHash.slice(1)}/album/a.ogg`, 404, 'not-found'],
      [`${infoHash}x/album/a.ogg`, 404, 'not-found'],
      ['', 404, 'not-found'],
      ['..', 404, 'not-found'],
      ['__proto__/a', 404, 'not-found']
    ]
    for (const [path, status, code] of rows) {
      const answer = await stage.ask(path)
      assert.deepEqual([answer.status, codeIn(answer)], [status, code], path)
    }
    const { port } = new URL(stage.provider.url)
    const path = `${ORIGIN_PREFIX}${infoHash}/album/\xff\xfe`
    const first = await stage.raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    assert.match(first, /^HTTP\/1\.1 4/)
    assert.equal((await stage.ask(`${infoHash}/album/a.ogg`, {}, 'DELETE')).status, 405)
    assert.equal((await stage.ask(`${infoHash}/album/a.ogg?x=1`)).status, 200)
    assert.deepEqual(stage.errors, [])
  })

  it('sends whoever is new to the peers while it is throttled or closed (D3)', async () => {
    for (const state of ['throttled', 'closed'] as const) {
      stage.origin.set(film.infoHash, { state })
      const answer = await stage.ask(one())
      assert.deepEqual([answer.status, codeIn(answer)], [503, 'origin-busy'])
      assert.ok(Number(answer.headers['retry-after']) > 0)
      assert.equal((await stage.ask(`${album.infoHash}/album/a.ogg`)).status, 200)
      assert.match((await stage.ask(film.infoHash)).body.toString(), new RegExp(state))
    }
    stage.origin.set(film.infoHash, { state: 'open' })
    assert.equal((await stage.ask(one())).status, 200)
  })

  it('lets what is under way go on when it is throttled, and breaks it off when it is closed', async () => {
    stage.origin.set(film.infoHash, { state: 'open', rateBytes: 1 })
    const answer = await stage.begin(`${ORIGIN_PREFIX}${one()}`)
    let read = 0
    answer.on('data', (chunk: Buffer) => (read += chunk.length))
    await until(() => read > 0)
    stage.origin.set(film.infoHash, { state: 'throttled', rateBytes: 1 })
    assert.equal(stage.origin.status()[film.infoHash]!.active, 1)
    stage.origin.set(film.infoHash, { state: 'throttled' })
    await once(answer, 'end')
    assert.equal(read, 100_001)

    stage.origin.set(film.infoHash, { state: 'open', rateBytes: 1 })
    const broken = await stage.begin(`${ORIGIN_PREFIX}${one()}`)
    broken.resume()
    stage.origin.set(film.infoHash, { state: 'closed' })
    await assert.rejects(once(broken, 'end'), { code: 'ECONNRESET' })
    await until(() => stage.origin.status()[film.infoHash]!.active === 0)
    assert.deepEqual(stage.errors, [])
  })

  it('has only so many places, which those who leave give back', async () => {
    stage.origin.set(film.infoHash, { state: 'open', rateBytes: 1 })
    const reading = await Promise.all(
      Array.from({ length: 4 }, () => stage.begin(`${ORIGIN_PREFIX}${one()}`))
    )
    const refused = await stage.ask(`${album.infoHash}/album/a.ogg`)
    assert.deepEqual([refused.status, codeIn(refused)], [503, 'origin-busy'])
    for (const answer of reading) answer.destroy()
    await until(() => stage.origin.status()[film.infoHash]!.active === 0)
    assert.equal((await stage.ask(`${album.infoHash}/album/a.ogg`)).status, 200)
    assert.deepEqual(stage.errors, [])
  })

  it('counts the bytes that each content costs', async () => {
    const { mint } = stage.provider.tracker.counters
    const before = [stage.origin.status()[film.infoHash]!.sentBytes, mint.originBytes]
    await stage.ask(one(), { Range: 'bytes=10-19' })
    await stage.ask(one(), {}, 'HEAD')
    const after = [stage.origin.status()[film.infoHash]!.sentBytes, mint.originBytes]
    assert.deepEqual(
      after,
      before.map((bytes) => bytes + 10)
    )
  })

  it('serves no file that is not the one that was published, and tells the operator', async () => {
    const short = await stage.publish({ 'short.bin': 50_000 })
    await truncate(stage.pathOf('short.bin'), 49_999)
    const answer = await stage.ask(`${short.infoHash}/short.bin`)
    assert.deepEqual([answer.status, codeIn(answer)], [503, 'no-source'])
    assert.equal(stage.errors.length, 1)
    await rm(stage.pathOf('short.bin'))
    assert.equal(codeIn(await stage.ask(`${short.infoHash}/short.bin`)), 'unknown-content')
    assert.equal(stage.origin.status()[short.infoHash]!.active, 0)
  })

  it('has nothing for strangers that is sold', async () => {
    const closed = await stage.publish({ 'closed.bin': 1000 }, { open: false })
    const answer = await stage.ask(`${closed.infoHash}/closed.bin`)
    assert.deepEqual([answer.status, codeIn(answer)], [402, 'unpaid'])
  })

  it('refuses options and rates that are none', () => {
    const { infoHash } = film
    for (const rateBytes of [0, -1, NaN]) {
      assert.throws(() => stage.origin.set(infoHash, { state: 'open', rateBytes }), {
        code: 'bad-option'
      })
    }
  })
})

describe('origin: slow readers', () => {
  it('hold no more than a few chunks, and are let go when they stall', async () => {
    const stage = await OriginStage.start({ stallMs: 500 })
    try {
      const large = await stage.publish({ 'large.bin': 48 * 1024 * 1024 }, { pieceLength: 1 << 20 })
      const path = `${ORIGIN_PREFIX}${large.infoHash}/large.bin`
      const before = process.memoryUsage()
      const readers = await Promise.all(Array.from({ length: 16 }, () => stage.begin(path)))
      const tap = () => stage.origin.status()[large.infoHash]!
      assert.equal(tap().active, 16)
      const ends = readers.map((reader) =>
        assert.rejects(once(reader, 'end'), { code: 'ECONNRESET' })
      )
      await until(() => tap().active === 0)
      const { arrayBuffers } = process.memoryUsage()
      assert.ok(tap().sentBytes < 16 * 8 * 1024 * 1024, String(tap().sentBytes))
      assert.ok(arrayBuffers - before.arrayBuffers < 64 * 1024 * 1024, String(arrayBuffers))
      for (const reader of readers) reader.resume()
      await Promise.all(ends)
      assert.deepEqual(stage.errors, [])
    } finally {
      await stage.close()
    }
  })
})
