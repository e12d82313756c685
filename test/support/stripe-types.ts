// Checks a form-encoded request to Stripe against the types of Stripe's own library: every field must exist there and its
// value must be one that the type allows.

import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const LIBRARY = fileURLToPath(import.meta.resolve('stripe')).replace(/\.js$/, '.d.ts')
const SOURCE = `import type { Stripe } from ${JSON.stringify(LIBRARY.replace(/\.d\.ts$/, '.js'))}
export type Params = Stripe.Checkout.SessionCreateParams
`

type Form = string | { [name: string]: Form }

/** `a[b][0]=c` as a tree. */
export function readForm(body: string): { [name: string]: Form } {
  const tree: { [name: string]: Form } = {}
  for (const [key, value] of new URLSearchParams(body)) {
    const path = key.split(/[[\]]+/).filter(Boolean)
    let at = tree
    for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as { [name: string]: Form }
    at[path.at(-1)!] = value
  }
  return tree
}

let loaded: ((form: { [name: string]: Form }) => string[]) | undefined

/** Answers what is wrong with the parameters of a Checkout session, a line each. Loaded once: it takes some seconds. */
export const checkoutFaults = (form: { [name: string]: Form }): string[] =>
  (loaded ??= loadTypes())(form)

function loadTypes(): (form: { [name: string]: Form }) => string[] {
  const name = 'params.ts'
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: []
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (path) => path.endsWith(name) || fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path.endsWith(name)
      ? ts.createSourceFile(path, SOURCE, ts.ScriptTarget.Latest)
      : getSourceFile(path, ...rest)
  const program = ts.createProgram([name], options, host)
  const checker = program.getTypeChecker()
  const [statement] = program.getSourceFile(name)!.statements.filter(ts.isTypeAliasDeclaration)
  const params = checker.getTypeAtLocation(statement!)
  if (params.getProperties().length < 20) throw new Error('the types of Stripe were not found')
  return (form) => faultsOf(checker, params, form, 'params')
}

function faultsOf(checker: ts.TypeChecker, type: ts.Type, value: Form, path: string): string[] {
  const types = type.isUnion() ? type.types : [type]
  if (typeof value === 'string') {
    return types.some((one) => fits(one, value))
      ? []
      : [`${path}: ${value} is no ${checker.typeToString(type)}`]
  }
  const objects = types.filter((one) => (one.flags & ts.TypeFlags.Object) !== 0)
  if (objects.length === 0) return [`${path}: it has no fields`]
  return Object.entries(value).flatMap(([name, field]) => {
    for (const one of objects) {
      const property = one.getProperty(name)
      const found = checker.isArrayType(one)
        ? one.getNumberIndexType()
        : property
          ? checker.getTypeOfSymbol(property)
          : one.getStringIndexType()
      if (found !== undefined) return faultsOf(checker, found, field, `${path}.${name}`)
    }
    return [`${path}.${name}: there is no such field`]
  })
}

function fits(type: ts.Type, value: string): boolean {
  if (type.isUnion()) return type.types.some((one) => fits(one, value))
  if (type.isStringLiteral()) return type.value === value
  if (type.flags & ts.TypeFlags.String) return true
  if (type.flags & ts.TypeFlags.Number) return /^\d+$/.test(value)
  if (type.flags & ts.TypeFlags.BooleanLiteral) return value === 'true' || value === 'false'
  // `string & {}` and the like: any text.
  return type.isIntersection() && type.types.some((one) => fits(one, value))
}
