// What `floodgate publish --sealed` asks for: the terms of a content that nobody can read before its release, and its sealed form.

import { FloodgateError, type SealedTerms } from '@floodgate/protocol'
import { createByteBar } from '../bars.ts'
import type { Output } from '../output.ts'
import { sealFile } from './seal-file.ts'
import { amountIn } from '../units.ts'
import type { ContentSecret } from './sealed.ts'

export interface SealingOptions {
  sealed?: boolean
  /** Unix milliseconds. */
  release?: number
  keyPrice?: string
  pushBudget?: string
}

export interface Sealing {
  terms: SealedTerms
  pushBudget: bigint
}

/** What sealed files are called; buyers get the name without it. */
export const SEALED_ENDING = '.sealed'

/** Undefined when nothing is to be sealed. Throws `bad-option`. */
export function sealingOf(options: SealingOptions, currency: string): Sealing | undefined {
  const { sealed, release, keyPrice, pushBudget = '0' } = options
  if (sealed !== true) {
    if (release === undefined && keyPrice === undefined && pushBudget === '0') return undefined
    throw new FloodgateError('bad-option', '--release, --key-price and --push-budget want --sealed')
  }
  if (release === undefined || keyPrice === undefined) {
    throw new FloodgateError('bad-option', '--sealed wants --release and --key-price')
  }
  if (release <= Date.now()) {
    const when = new Date(release).toISOString()
    throw new FloodgateError('bad-option', `--release ${when} is over: nothing would be sealed`)
  }
  return {
    terms: { release, keyPrice: amountIn(keyPrice, currency) },
    pushBudget: amountIn(pushBudget, currency)
  }
}

/** Seals the file beside itself; answers where, and with which secret. Throws as `sealFile`. */
export async function sealBeside(
  path: string,
  bytes: number,
  { pushBudget }: Sealing,
  { out, signal }: { out: Output; signal: AbortSignal }
): Promise<{ path: string; secret: ContentSecret }> {
  const to = path + SEALED_ENDING
  const bar = createByteBar(out, 'sealing', bytes)
  try {
    const sealed = await sealFile(path, to, signal, (done) => bar(Math.min(done, bytes), ''))
    out.tell('sealed', { path: to })
    return { path: to, secret: { ...sealed, pushBudget } }
  } finally {
    bar.stop()
  }
}
