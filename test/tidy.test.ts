// Keeps the tree in order: import direction (the layers of CONTRIBUTING.md), no Node modules in what browsers
// load, file length, names, dead exports. Each rule lists all its violations at once.

import assert from 'node:assert/strict'
import { isBuiltin } from 'node:module'
import { readTree, type Source } from './tidy/tree.ts'

/** Workspace packages, by folder, and which of the others each may import. Hosts compose: all. */
const PACKAGES: Record<string, { name: string; mayImport: string[] }> = {
  'plugins/floodgate-protocol': { name: '@floodgate/protocol', mayImport: [] },
  'plugins/floodgate-push': { name: '@floodgate/push', mayImport: ['@floodgate/protocol'] },
  'plugins/floodgate-qos': { name: '@floodgate/qos', mayImport: ['@floodgate/protocol'] },
  'plugins/floodgate-wallet': { name: '@floodgate/wallet', mayImport: ['@floodgate/protocol'] },
  'plugins/floodgate-wire': {
    name: '@floodgate/wire',
    mayImport: ['@floodgate/protocol', '@floodgate/wallet']
  },
  'tracker-extension': { name: '@floodgate/tracker', mayImport: ['@floodgate/protocol'] },
  hosts: {
    name: 'floodgate',
    mayImport: [
      '@floodgate/protocol',
      '@floodgate/push',
      '@floodgate/qos',
      '@floodgate/wallet',
      '@floodgate/wire',
      '@floodgate/tracker'
    ]
  }
}

/** Folders that may not import from others of the same package. */
const FOLDERS: [folder: string, mayNotImport: string[]][] = [
  [
    'tracker-extension/src/ledger',
    ['mint', 'api', 'attach', 'guard', 'court', 'deposits', 'payout', 'origin', '.']
  ],
  [
    'tracker-extension/src/guard',
    ['mint', 'api', 'ledger', 'court', 'deposits', 'payout', 'origin', '.']
  ],
  [
    'tracker-extension/src/attach',
    ['mint', 'api', 'ledger', 'court', 'deposits', 'payout', 'origin', '.']
  ],
  [
    'tracker-extension/src/payout',
    ['mint', 'api', 'attach', 'guard', 'court', 'deposits', 'origin', '.']
  ],
  [
    'tracker-extension/src/bank',
    ['mint', 'api', 'attach', 'guard', 'ledger', 'court', 'deposits', 'payout', 'origin', '.']
  ],
  ['tracker-extension/src/origin', ['api', 'attach', 'guard', 'deposits', 'payout', '.']],
  ['tracker-extension/src/mint', ['api', 'deposits', 'origin', 'payout', '.']],
  ['tracker-extension/src/deposits', ['api', 'attach', 'guard', 'court', 'origin', 'payout', '.']],
  [
    'tracker-extension/src/log',
    ['api', 'attach', 'guard', 'court', 'deposits', 'origin', 'payout', 'metrics', '.']
  ],
  ['tracker-extension/src/metrics', ['attach', 'deposits', 'origin', 'payout', '.']],
  [
    'tracker-extension/src/court',
    ['api', 'attach', 'guard', 'deposits', 'log', 'metrics', 'origin', 'payout', '.']
  ],
  ['tracker-extension/src/api', ['.']],
  ['plugins/floodgate-protocol/src/crypto', ['.']],
  ['plugins/floodgate-wire/src/engine', ['trade', '.']],
  ['plugins/floodgate-wire/src/trade', ['.']]
]
/** What lies so low that any folder of its package may use it. */
const GROUND = [
  'plugins/floodgate-protocol/src/bytes.ts',
  'plugins/floodgate-protocol/src/errors.ts'
]

const LINES_MAX = 300
const FORBIDDEN = new Set(['manager', 'handler', 'util', 'helper'])

const sources = readTree(Object.keys(PACKAGES).map((folder) => `${folder}/src`))
const others = readTree(['test', 'examples', 'bench'])

/** Fails with every violation on a line of its own. */
function expectNone(violations: string[]): void {
  assert.ok(violations.length === 0, `\n  ${violations.sort().join('\n  ')}\n`)
}

const packageOf = (path: string): string =>
  Object.keys(PACKAGES).find((folder) => path.startsWith(`${folder}/`))!

const packageNamed = (specifier: string): string => specifier.split('/').slice(0, 2).join('/')

/** The words of a name in any case: `fooBar-baz.node.ts` → foo, bar, baz, node, ts. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)

const isForbidden = (name: string): boolean =>
  wordsOf(name).some((word) => FORBIDDEN.has(word) || FORBIDDEN.has(word.replace(/s$/, '')))

function layerViolations({ path, imports }: Source): string[] {
  const own = packageOf(path)
  const { name, mayImport } = PACKAGES[own]!
  return imports.flatMap(({ specifier, target }) => {
    if (target !== undefined) {
      return target.startsWith(`${own}/`) ? [] : [`${path}: leaves its package: ${specifier}`]
    }
    const imported = specifier.startsWith('@floodgate/') ? packageNamed(specifier) : undefined
    if (imported === undefined || mayImport.includes(imported)) return []
    return [`${path}: ${name} may not import ${imported}`]
  })
}

function folderViolations({ path, imports }: Source): string[] {
  const rule = FOLDERS.find(([folder]) => path.startsWith(`${folder}/`))
  if (rule === undefined) return []
  const root = `${packageOf(path)}/src/`
  return imports.flatMap(({ specifier, target }) => {
    if (target === undefined || !target.startsWith(root) || GROUND.includes(target)) return []
    const rest = target.slice(root.length)
    const folder = rest.includes('/') ? rest.slice(0, rest.indexOf('/')) : '.'
    return rule[1].includes(folder) ? [`${path}: ${rule[0]} may not import ${specifier}`] : []
  })
}

/** Cycles of imports that run: types may refer to each other. */
function cycles(): string[] {
  const next = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.flatMap(({ target, typeOnly }) => (target && !typeOnly ? [target] : []))
    ])
  )
  const found = new Set<string>()
  const done = new Set<string>()
  const visit = (path: string, way: string[]): void => {
    const at = way.indexOf(path)
    if (at >= 0) return void found.add([...way.slice(at), path].join(' → '))
    if (done.has(path)) return
    for (const target of next.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of next.keys()) visit(path, [])
  return [...found]
}

/** Exported names that no index passes on and nobody imports. */
function deadExports(): string[] {
  const used = new Set<string>()
  const whole = new Set<string>()
  for (const { imports } of [...sources, ...others]) {
    for (const { target, names } of imports) {
      if (target === undefined) continue
      if (names === 'all') whole.add(target)
      else for (const name of names) used.add(`${target} ${name}`)
    }
  }
  return sources
    .filter(({ path }) => !isDoor(path) && !whole.has(path))
    .flatMap(({ path, exports, ownTypes }) =>
      exports.filter((name) => !ownTypes.includes(name)).map((name) => ({ path, name }))
    )
    .filter(({ path, name }) => !used.has(`${path} ${name}`))
    .map(({ path, name }) => `${path}: ${name} is exported and used nowhere`)
}

const doors = new Set(readTree.doors(Object.keys(PACKAGES)))
const isDoor = (path: string): boolean => doors.has(path) || path.endsWith('/index.ts')

describe('tidy: the tree', () => {
  it('has sources to look at', () => {
    for (const folder of ['plugins/floodgate-protocol', 'tracker-extension']) {
      assert.ok(sources.some(({ path }) => path.startsWith(folder)))
    }
    assert.ok(
      sources.find(({ path }) => path.endsWith('protocol/src/codec.ts'))!.imports.length > 3
    )
  })

  it('imports downwards only, between packages', () => {
    expectNone(sources.flatMap(layerViolations))
  })

  it('imports downwards only, within packages, and never in a circle', () => {
    expectNone([...sources.flatMap(folderViolations), ...cycles()])
  })

  it('loads no Node module in browser packages, but in files *.node.ts', () => {
    const violations = sources
      .filter(({ path }) => path.startsWith('plugins/') && !path.endsWith('.node.ts'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => isBuiltin(specifier) || /^[^.#].*\/node$/.test(specifier))
          .map(({ specifier }) => `${path}: imports ${specifier}`)
      )
    const reached = sources
      .filter(({ path }) => path.startsWith('plugins/') && !path.endsWith('.node.ts'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ target }) => target?.endsWith('.node.ts'))
          .map(({ target }) => `${path}: imports ${target!} by path, not by condition`)
      )
    expectNone([...violations, ...reached])
  })

  it(`has no file above ${LINES_MAX} lines`, () => {
    expectNone(
      [...sources, ...others]
        .filter(({ lines }) => lines > LINES_MAX)
        .map(({ path, lines }) => `${path}: ${lines} lines`)
    )
  })

  it('begins every file with a comment that says what it is for', () => {
    expectNone(
      [...sources, ...others]
        .filter(({ firstLine }) => !/^\/[/*]/.test(firstLine))
        .map(({ path, firstLine }) => `${path}: begins with ${JSON.stringify(firstLine)}`)
    )
  })

  it('has no manager, handler, util or helper', () => {
    expectNone([
      ...[...sources, ...others].filter(({ path }) => isForbidden(path)).map(({ path }) => path),
      ...sources.flatMap(({ path, exports }) =>
        exports.filter(isForbidden).map((name) => `${path}: ${name}`)
      )
    ])
  })

  it('has no enum and no namespace', () => {
    expectNone(
      sources.flatMap(({ path, forbidden }) => forbidden.map((what) => `${path}: ${what}`))
    )
  })

  it('has no dead exports', () => {
    expectNone(deadExports())
  })
})
