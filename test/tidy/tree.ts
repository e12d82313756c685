// Reads the source tree for the tidy test: what each file imports and exports, by TypeScript's own parser.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Import {
  specifier: string
  /** The file meant, from the root of the repository; undefined for packages. */
  target: string | undefined
  typeOnly: boolean
  /** Names imported or passed on; `all` for `* as`, `export *` and import(). */
  names: string[] | 'all'
}

export interface Source {
  /** From the root of the repository. */
  path: string
  lines: number
  /** The first line, after `#!`. */
  firstLine: string
  imports: Import[]
  exports: string[]
  /** Exported types that the file itself names elsewhere: part of what another export takes or gives. */
  ownTypes: string[]
  /** Enums and namespaces, with their names. */
  forbidden: string[]
}

/** All TypeScript files below the folders, but declarations. */
export function readTree(folders: string[]): Source[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT }))
    .filter((path) => !path.includes('node_modules') && !path.endsWith('.d.ts'))
    .sort()
    .map(readSource)
}

/** Files through which packages are entered, index files apart: what package.json names under its source condition. */
readTree.doors = (folders: string[]): string[] =>
  folders.flatMap((folder) => {
    const manifest = readFileSync(join(ROOT, folder, 'package.json'), 'utf8')
    const named = [...manifest.matchAll(/"\.\/(src\/[\w./-]+\.ts)"/g)].map(([, path]) => path!)
    return ['src/main.ts', ...named].map((path) => join(folder, path))
  })

function readSource(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const lines = text.split('\n')
  const source: Source = {
    path,
    lines: lines.length - (text.endsWith('\n') ? 1 : 0),
    firstLine: (lines[0]!.startsWith('#!') ? lines[1] : lines[0]) ?? '',
    imports: [],
    exports: [],
    ownTypes: [],
    forbidden: []
  }
  for (const statement of file.statements) readStatement(source, statement)
  const visit = (node: ts.Node): void => {
    readNode(source, node)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return source
}

function readStatement(source: Source, node: ts.Statement): void {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause
    const bindings = clause?.namedBindings
    const all = bindings !== undefined && ts.isNamespaceImport(bindings)
    const elements = bindings !== undefined && !all ? bindings.elements : []
    const names = elements.map((element) => (element.propertyName ?? element.name).text)
    if (clause?.name !== undefined) names.push('default')
    const everyType = names.length > 0 && elements.every((element) => element.isTypeOnly)
    const typeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || everyType
    addImport(source, node.moduleSpecifier, all ? 'all' : names, typeOnly)
  } else if (ts.isExportDeclaration(node)) {
    const clause = node.exportClause
    const elements = clause !== undefined && ts.isNamedExports(clause) ? clause.elements : undefined
    if (node.moduleSpecifier !== undefined) {
      const names = elements?.map((element) => (element.propertyName ?? element.name).text)
      addImport(source, node.moduleSpecifier, names ?? 'all', node.isTypeOnly)
    }
    source.exports.push(...(elements ?? []).map((element) => element.name.text))
  } else if (ts.isExportAssignment(node)) {
    source.exports.push('default')
  } else if (isExported(node)) {
    const names = namesOf(node)
    source.exports.push(...names)
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      source.ownTypes.push(...names.filter((name) => isNamedOutside(node, name)))
    }
  }
}

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
}

/** Does the file name this type anywhere but in its own declaration? */
function isNamedOutside(declaration: ts.Statement, name: string): boolean {
  const visit = (node: ts.Node): boolean => {
    if (node === declaration) return false
    if (ts.isIdentifier(node) && node.text === name) return true
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false
  }
  return visit(declaration.getSourceFile())
}

function namesOf(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText())
  }
  const { name } = node as ts.DeclarationStatement
  return name === undefined ? ['default'] : [name.getText()]
}

/** What may stand anywhere: import(), import types, enums and namespaces. */
function readNode(source: Source, node: ts.Node): void {
  if (ts.isEnumDeclaration(node)) source.forbidden.push(`enum ${node.name.text}`)
  if (ts.isModuleDeclaration(node)) source.forbidden.push(`namespace ${node.name.getText()}`)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    addImport(source, node.arguments[0]!, 'all', false)
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    addImport(source, node.argument.literal, 'all', true)
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
    const [first] = node.arguments ?? []
    if (first !== undefined && /\.ts['"]$/.test(first.getText()))
      addImport(source, first, 'all', false)
  }
}

function addImport(
  source: Source,
  node: ts.Node,
  names: string[] | 'all',
  typeOnly: boolean
): void {
  if (!ts.isStringLiteralLike(node)) return
  const specifier = node.text
  const target = specifier.startsWith('.') ? join(dirname(source.path), specifier) : undefined
  const isFile = target !== undefined && existsSync(join(ROOT, target))
  source.imports.push({ specifier, target: isFile ? target : undefined, typeOnly, names })
}
