// The sections of a configuration file: what belongs to one part of the provider, under one name. A part plugs its own in
// with a row; options that stand alone are in options.ts.

import type { z } from 'zod'

export interface Section {
  /** Its key at the top of the file. */
  name: string
  /** Reads it: what it lets through is what the part gets. Strict objects, so that a wrong key is found. */
  schema: z.ZodType
}

export const SECTIONS: readonly Section[] = []
