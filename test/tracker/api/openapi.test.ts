// The OpenAPI document: valid, the same as in docs/, complete, and true: every operation is called, and answers what the
// document says.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { ERRORS, MESSAGES, type ErrorCode } from '@floodgate/protocol'
import { BOX_OVERHEAD } from '@floodgate/protocol'
import { storeCredit } from '@floodgate/tracker'
import { Validator } from '@seriousme/openapi-schema-validator'
import { format } from 'prettier'
import { codesOf } from '../../../tracker-extension/src/api/refusals.ts'
import { ROUTES, apiDocument } from '../../../tracker-extension/src/api/routes.ts'
import { TYPES } from '../../../tracker-extension/src/api/route.ts'
import * as w from '../mint/world.ts'
import { expectDocumented, routeOf } from './documented.ts'

const KEPT = new URL('../../../docs/openapi.json', import.meta.url)

interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: boolean
  schema: { type: string }
}
interface Answer {
  content: Record<
    string,
    { schema: { properties?: { error: { enum?: string[]; const?: string } } } }
  >
}
interface Operation {
  operationId: string
  security?: { operator: string[] }[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, object> }
  responses: Record<string, Answer>
}
type Item = Record<'get' | 'post', Operation | undefined> & { servers?: { url: string }[] }

const document = JSON.parse(JSON.stringify(apiDocument())) as {
  servers: { url: string }[]
  paths: Record<string, Item>
}

/** Every operation, with its URL below the provider's. */
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  (['get', 'post'] as const).flatMap((method) => {
    const operation = item[method]
    const base = (item.servers ?? document.servers)[0]!.url.replace(/\/$/, '')
    return operation === undefined ? [] : [{ method, path, operation, url: base + path }]
  })
)

const codesIn = ({ content }: Answer): string[] => {
  const { error } = content[TYPES.json]!.schema.properties!
  return error.enum ?? [error.const!]
}

describe('api: the OpenAPI document', () => {
  let world: w.World
  before(async () => {
    world = await w.startWorld({
      payout: { rail: storeCredit() },
      quality: () => ({ policy: 'Target 500 kB/s.', contents: [] }),
      onSeeder: () => ({ rate: 0, validMs: 15_000, againMs: 2500 })
    })
  })
  after(() => world.close())

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    assert.deepEqual(errors ?? [], [])
    assert.ok(valid)
  })

  it('is what the provider serves, and what stands in docs/openapi.json', async () => {
    const response = await fetch(`${world.url}/floodgate/v1/openapi.json`)
    assert.deepEqual(await response.json(), document)
    const text = await format(JSON.stringify(document), { parser: 'json', printWidth: 100 })
    // FLOODGATE_WRITE=1 writes it anew.
    if (process.env['FLOODGATE_WRITE'] === '1') writeFileSync(KEPT, text)
    assert.equal(readFileSync(KEPT, 'utf8'), text, 'FLOODGATE_WRITE=1 writes it anew')
  })

  it('has every route, once', () => {
    const named = operations.map(({ method, path }) =>
      routeOf(method.toUpperCase(), path.replace(/[{}]/g, ''))
    )
    assert.deepEqual(new Set(named), new Set(ROUTES))
    const ids = operations.map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length)
  })

  it('who paid what is for whoever books payments, not for whoever may look', () => {
    const advices = ROUTES.find(({ path }) => path === '/operator/advices')
    assert.equal(advices?.scope, 'deposits')
  })

  it('rows are whole: limits of their messages, forms of what is JSON, scopes of what is the operator’s', () => {
    for (const { path, takes, gives, message, body, answer, operator, scope } of ROUTES) {
      if (message !== undefined) {
        const { bytesMax, sealed } = MESSAGES[message]
        assert.equal(takes?.bytesMax, bytesMax + (sealed === 'box' ? BOX_OVERHEAD : 0), path)
      }
      assert.equal(takes?.type === TYPES.message, message !== undefined, path)
      assert.equal(takes?.type === TYPES.json, body !== undefined, path)
      assert.equal(gives === TYPES.json, answer !== undefined, path)
      assert.equal(operator === true, scope !== undefined, path)
    }
  })

  it('what it says of refusals is what the rows say, by the statuses of the error table', () => {
    for (const { method, path, operation } of operations) {
      const codes = codesOf(routeOf(method.toUpperCase(), path.replace(/[{}]/g, ''))!)
      const said = Object.entries(operation.responses).flatMap(([status, answer]) =>
        status === '200' ? [] : codesIn(answer).map((code) => [code, Number(status)])
      )
      assert.deepEqual(
        said.sort(),
        codes.map((code: ErrorCode) => [code, ERRORS[code].http]).sort(),
        path
      )
    }
  })

  it('every operation that is called with nothing answers what the document says', async () => {
    const told = new Set<string>()
    for (const { method, path, url, operation } of operations) {
      const type = Object.keys(operation.requestBody?.content ?? {})[0]
      const asked = world.url + url.replace(/\{\w+\}/g, '!')
      const response = await fetch(asked, {
        method: method.toUpperCase(),
        ...(type && { body: '', headers: { 'content-type': type } })
      })
      const said = operation.responses[response.status]
      assert.ok(said !== undefined, `${method} ${path}: ${response.status}`)
      const route = routeOf(method.toUpperCase(), path.replace(/[{}]/g, ''))!
      const isRoot = route.at === 'root'
      await expectDocumented(route.method, isRoot ? path : path.replace(/\{\w+\}/g, '!'), response)
      if (operation.security !== undefined) assert.equal(response.status, 403, path)
      if (response.ok) continue
      const { error } = (await response.json()) as { error: string }
      assert.ok(codesIn(said).includes(error), `${path}: ${error}`)
      told.add(error)
    }
    for (const code of ['not-allowed', 'bad-request', 'unknown-message', 'truncated']) {
      assert.ok(told.has(code), `${code}: ${[...told]}`)
    }
  })

  it('every operation of the operator answers its form when its token is right and its body wrong', async () => {
    const authorization = `Bearer ${w.OPERATOR}`
    for (const { method, path, url, operation } of operations) {
      if (operation.security === undefined) continue
      const type = Object.keys(operation.requestBody?.content ?? {})[0]
      const filled = (text: string) =>
        text.replace('{infoHash}', '7'.repeat(40)).replace(/\{\w+\}/g, '7')
      const response = await fetch(world.url + filled(url), {
        method: method.toUpperCase(),
        headers: { authorization, ...(type && { 'content-type': type }) },
        ...(type && { body: '[]' })
      })
      await expectDocumented(method.toUpperCase(), filled(path), response)
      assert.equal(response.status, method === 'get' ? 200 : 400, path)
    }
  })
})
