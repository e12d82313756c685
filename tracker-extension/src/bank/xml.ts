// Reads XML of strangers as a tree of texts: checked for being whole, without document types, and so without entities that
// grow. The parser is fast-xml-parser's.

import { FloodgateError, fromUtf8 } from '@floodgate/protocol'
import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** Levels; the deepest of a camt message are about 15. */
const DEPTH_MAX = 64
/** What XML 1.0 has no place for, the zero among it, which no ledger could keep. */
const NO_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const ATTRIBUTE = '@'
const TEXT = '#text'

const bad = (detail: string): FloodgateError => new FloodgateError('bad-statement', detail)

const PARSER = new XMLParser({
  ...{ ignoreAttributes: false, attributeNamePrefix: ATTRIBUTE, textNodeName: TEXT },
  ...{ removeNSPrefix: true, parseTagValue: false, parseAttributeValue: false },
  ...{ trimValues: true, alwaysCreateTextNode: true, maxNestedTags: DEPTH_MAX },
  // Every element is a list, so that one that stands twice is seen wherever one is expected.
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute
})

type Raw = Record<string, unknown>

/** An element: its children by name, its text and its attributes. `path` says where it stands, for errors. */
export class Element {
  readonly path: string
  readonly #raw: Raw

  constructor(raw: unknown, path: string) {
    this.#raw = typeof raw === 'object' && raw !== null ? (raw as Raw) : { [TEXT]: raw }
    this.path = path
  }

  /** All children of this name. */
  all(name: string): Element[] {
    const found = Object.hasOwn(this.#raw, name) ? this.#raw[name] : []
    if (!Array.isArray(found)) return []
    const many = found.length > 1
    return found.map(
      (raw, i) => new Element(raw, `${this.path}/${name}${many ? `[${i + 1}]` : ''}`)
    )
  }

  /** The one descendant at the end of the path; undefined when there is none. Throws when there are several. */
  at(...names: string[]): Element | undefined {
    const [name, ...rest] = names
    if (name === undefined) return this
    const [first, second] = this.all(name)
    if (second !== undefined) throw bad(`${second.path} stands twice`)
    return first?.at(...rest)
  }

  /** The text at the end of the path; '' when there is none. */
  text(...names: string[]): string {
    const element = this.at(...names)
    const text = element === undefined ? '' : element.#raw[TEXT]
    return typeof text === 'string' ? text : ''
  }

  attribute(name: string): string {
    const value = this.#raw[`${ATTRIBUTE}${name}`]
    return typeof value === 'string' ? value : ''
  }

  /** Throws saying where. */
  refuse(what: string): never {
    throw bad(`${this.path}: ${what}`)
  }
}

/** The root element and the namespace it is in, and its name. Throws `bad-statement` naming line or place. */
export function readXml(file: Uint8Array | string): {
  root: Element
  name: string
  namespace: string
} {
  const text = (typeof file === 'string' ? file : fromUtf8(file))?.replace(/^\uFEFF/, '')
  if (text === undefined) throw bad('it is not UTF-8')
  if (NO_CHARACTER.test(text)) throw bad('it has characters that are not for XML')
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw bad('a document type is not taken')
  const encoding = /^<\?xml[^>]*encoding\s*=\s*["']([^"']+)/i.exec(text)?.[1] ?? 'UTF-8'
  if (!/^(utf-?8|us-ascii)$/i.test(encoding)) throw bad(`${encoding}: save it as UTF-8`)
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw bad(`line ${valid.err.line}: ${valid.err.msg}`)
  const raw = parse(text)
  const names = Object.keys(raw).filter((name) => !name.startsWith('?') && name !== TEXT)
  const [name] = names
  if (name === undefined || names.length > 1) throw bad('it has no root element')
  const root = new Element(raw, '').at(name)!
  return { root, name, namespace: namespaceOf(text) }
}

function parse(text: string): Raw {
  try {
    return PARSER.parse(text) as Raw
  } catch (error) {
    throw bad((error as Error).message)
  }
}

/** The parser leaves prefixes out, and their declarations with them; the root's own is read from its tag. */
function namespaceOf(text: string): string {
  const tag = /<(?:([\w.-]+):)?[A-Za-z_][\w.-]*((?:\s[^>]*)?)>/.exec(
    text.replace(/<\?[^]*?\?>|<!--[^]*?-->/g, '')
  )
  const [, prefix, attributes = ''] = tag ?? []
  const name = prefix === undefined ? 'xmlns' : `xmlns:${prefix}`
  return new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? ''
}
