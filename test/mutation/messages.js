// Keeps mutants out of what only people read: the detail of an error (its code is mutated; `bad` is the ledger's short form
// of one) and the `text` of table rows.

import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin'

const isDetail = ({ key, listKey, parentPath }) =>
  listKey === 'arguments' && key > 0 && /Error$|^bad$/.test(parentPath.node.callee?.name)

const isText = ({ node }) => node.type === 'ObjectProperty' && node.key.name === 'text'

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'messages', {
    shouldIgnore: (path) => (isDetail(path) || isText(path) ? 'only people read it' : undefined)
  })
]
