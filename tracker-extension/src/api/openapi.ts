// The OpenAPI 3.1 document of the API, out of the table of routes. Whatever a row does not say is not in it.

import { ERRORS, MESSAGES, type ErrorCode, type MessageName } from '@floodgate/protocol'
import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject
} from 'zod-openapi'
import { ALL_SCOPES, SCOPES } from './operators.ts'
import { codesOf } from './refusals.ts'
import { BASE, TYPES, type Route } from './route.ts'
import { time } from './schemas.ts'

/** The one form of all refusals. */
export const refusalJson = z
  .strictObject({
    error: z.string().meta({ description: 'A code of the error table; compare this.' }),
    text: z.string().meta({ description: 'The same for people.' }),
    detail: z.string().meta({ description: 'Which field, id or file; perhaps empty.' }),
    time: time.meta({ description: 'The provider’s clock, for whose clock is wrong.' })
  })
  .meta({ id: 'Refusal' })

const DESCRIPTION = `The API of a Floodgate provider. Bodies that are messages are explained in docs/protocol.md of Floodgate;
\`x-floodgate-message\` names their row of its table. Refusals have one form, and a code that stays.`

type Media = NonNullable<ZodOpenApiOperationObject['requestBody']>['content']

/** The document as an object of JSON. `version` is the API's. */
export function documentOf(routes: readonly Route[], version = '1'): object {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    for (const path of spellingsOf(route.path)) {
      const item = (paths[path] ??= route.at === 'root' ? { servers: [{ url: '/' }] } : {})
      item[route.method.toLowerCase()] = operationOf(route, path)
    }
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Floodgate',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' }
    },
    servers: [{ url: BASE }],
    paths,
    components: {
      schemas: { Refusal: refusalJson },
      securitySchemes: { operator: { type: 'http', scheme: 'bearer', description: scopesText() } }
    }
  })
}

const scopesText = (): string =>
  [
    'A token of the operator. Its scopes:',
    ...ALL_SCOPES.map((name) => `- \`${name}\`: ${SCOPES[name]}`)
  ].join('\n')

/** `/a{/:b}` is asked as `/a` and as `/a/{b}`. */
function spellingsOf(path: string): string[] {
  const optional = /\{([^}]*)\}/
  const all = optional.test(path)
    ? [path.replace(optional, ''), path.replace(optional, '$1')]
    : [path]
  return all.map((one) => one.replace(/:(\w+)/g, '{$1}'))
}

function operationOf(route: Route, path: string): ZodOpenApiOperationObject {
  const requestParams = paramsOf(route, path)
  const content = bodyOf(route)
  return {
    operationId: operationIdOf(route, path),
    summary: route.summary,
    ...(route.operator && { security: [{ operator: route.scope ? [route.scope] : ALL_SCOPES }] }),
    ...(requestParams && { requestParams }),
    ...(content && { requestBody: { required: true, content } }),
    responses: { '200': { description: 'Done.', content: answerOf(route) }, ...refusalsOf(route) }
  }
}

/** `GET /contents/{infoHash}.torrent` → `getContentsInfoHashTorrent`. */
const operationIdOf = ({ method }: Route, path: string): string =>
  [method.toLowerCase(), ...path.split(/[^A-Za-z\d]+/)]
    .filter((word) => word !== '')
    .map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('')

/** A parameter that the path names is the path's; there it must be said. */
function paramsOf({ params }: Route, path: string): ZodOpenApiOperationObject['requestParams'] {
  if (params === undefined) return undefined
  const all = Object.entries(params.shape) as [string, z.ZodType][]
  const inPath = all.filter(([name]) => path.includes(`{${name}}`))
  const inQuery = all.filter((one) => !inPath.includes(one))
  const required = inPath.map(([name, schema]) => [
    name,
    schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema
  ])
  return {
    ...(inPath.length > 0 && { path: z.object(Object.fromEntries(required)) }),
    ...(inQuery.length > 0 && { query: z.object(Object.fromEntries(inQuery)) })
  }
}

function bodyOf({ takes, body, message }: Route): Media | undefined {
  if (takes === undefined) return undefined
  if (body !== undefined) return { [takes.type]: { schema: body } }
  return {
    [takes.type]: {
      schema: { type: 'string', format: 'binary', maxLength: takes.bytesMax },
      ...messageOf(message)
    }
  }
}

function answerOf({ gives, answer, reply }: Route): Media {
  if (answer !== undefined) return { [gives]: { schema: answer } }
  const schema = gives.startsWith('text/')
    ? ({ type: 'string' } as const)
    : ({ type: 'string', format: 'binary' } as const)
  return { [gives]: { schema, ...messageOf(reply) } }
}

function messageOf(name: MessageName | undefined): object {
  if (name === undefined) return {}
  const { id, signed, sealed } = MESSAGES[name]
  return { 'x-floodgate-message': { name, id, signed, sealed: sealed === 'box' } }
}

/** One answer for each status, with the codes that come with it. */
function refusalsOf(route: Route): ZodOpenApiResponsesObject {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codesOf(route)) {
    const { http } = ERRORS[code]
    byStatus.set(http, [...(byStatus.get(http) ?? []), code])
  }
  const responses: ZodOpenApiResponsesObject = {}
  for (const [status, codes] of byStatus) {
    responses[`${status}` as '400'] = {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].text}`).join('\n'),
      content: {
        [TYPES.json]: {
          schema: refusalJson.extend({ error: z.enum(codes as [ErrorCode, ...ErrorCode[]]) })
        }
      }
    }
  }
  return responses
}
