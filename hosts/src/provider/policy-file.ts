// Reads a payout policy from a file: YAML, or JSON, which is YAML too. The policy is the whole file, or its `payout` section.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { parsePayout, type PayoutOptions } from '@floodgate/tracker'
import { parse } from 'yaml'
import type { Home } from './home.ts'

/** Where a provider's files for the bank lie. */
export const payoutsOf = (dir: string): string => join(dir, 'payouts')

/** Throws `bad-option` naming the key that is wrong. `folder`: for files of the SEPA rail. */
export async function readPolicy(
  path: string,
  currency: string,
  folder: string
): Promise<PayoutOptions> {
  const text = await readFile(path, 'utf8')
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw new FloodgateError('bad-option', (error as Error).message.split('\n')[0])
  }
  const isSection = typeof value === 'object' && value !== null && 'payout' in value
  const policy = isSection ? (value as { payout: unknown }).payout : value
  return parsePayout(policy, { currency, folder })
}

/** The policy of the file that was named, or of the configuration's section; undefined without one. */
export async function findPolicy(
  { dir }: Home,
  currency: string,
  { path, section }: { path?: string | undefined; section?: unknown }
): Promise<PayoutOptions | undefined> {
  const folder = payoutsOf(dir)
  if (path !== undefined) return readPolicy(path, currency, folder)
  return section === undefined ? undefined : parsePayout(section, { currency, folder })
}
