// Objects of Kubernetes, held against the types of its official client, which are made of the server's OpenAPI description.

import assert from 'node:assert/strict'
import * as client from '@kubernetes/client-node'

/** What `typeof` says of the client's plain types. */
const PLAIN: Record<string, string> = {
  ...{ string: 'string', Date: 'string', number: 'number', boolean: 'boolean' }
}

/** Every field is one of the client's type, and of its kind. */
export function expectFields(value: unknown, type: string, path = type): void {
  if (type in PLAIN) return assert.equal(typeof value, PLAIN[type], path)
  const [, element] = /^Array<(.*)>$/.exec(type) ?? []
  if (element !== undefined) {
    return (value as unknown[]).forEach((one) => expectFields(one, element, path))
  }
  const [, values] = /^\{ \[key: string\]: (\w+); \}$/.exec(type) ?? []
  const known = values === undefined ? client[type as 'V1Scale'].attributeTypeMap : []
  for (const [key, one] of Object.entries(value as object)) {
    const field = known.find(({ baseName }) => baseName === key)
    assert.ok(values ?? field, `${path}.${key} is no field of ${type}`)
    expectFields(one, values ?? field!.type, `${path}.${key}`)
  }
}
