// Every answer that a test gets from the API, held against the row of its route: a refusal must be one that the row names,
// an answer in JSON must have the row's form.

import assert from 'node:assert/strict'
import type { ErrorCode } from '@floodgate/protocol'
import { refusalJson } from '../../../tracker-extension/src/api/openapi.ts'
import { codesOf } from '../../../tracker-extension/src/api/refusals.ts'
import { ROUTES } from '../../../tracker-extension/src/api/routes.ts'
import { TYPES, type Route } from '../../../tracker-extension/src/api/route.ts'

/** The row that answers this path; undefined when there is none. */
export function routeOf(method: string, path: string): Route | undefined {
  const [asked = ''] = path.split('?')
  return ROUTES.find((route) => route.method === method && patternOf(route.path).test(asked))
}

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replaceAll('.', '\\.')
      .replace(/\{(.*?)\}/g, '(?:$1)?')
      .replace(/:\w+/g, '[^/]+')}$`
  )

/** Leaves the response unread. */
export async function expectDocumented(
  method: string,
  path: string,
  response: Response
): Promise<void> {
  const route = routeOf(method, path)
  if (route === undefined) return assert.equal(response.status, 404)
  const answer = response.clone()
  if (!answer.ok) {
    const { error } = refusalJson.parse(await answer.json())
    const codes = codesOf(route)
    return assert.ok(
      codes.includes(error as ErrorCode),
      `${method} ${path}: ${error}, not one of ${codes}`
    )
  }
  assert.equal(answer.headers.get('content-type')?.split(';')[0], route.gives.split(';')[0])
  if (route.gives === TYPES.json) route.answer!.parse(await answer.json())
}
