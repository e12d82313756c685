// Blanks out the types of what is mutated, as Node does when it runs it: Stryker leaves alone whatever stands under `as`.

import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { PARTS } from './parts.js'

for (const path of Object.values(PARTS).flatMap(({ mutate }) => mutate)) {
  writeFileSync(path, stripTypeScriptTypes(readFileSync(path, 'utf8')))
}
