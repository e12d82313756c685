// What the provider promises, as a configuration file has it (`qos:`) and as words on the command line
// (`--qos 'target 500 kB/s, per day 2 TB'`).

import { FloodgateError, codeOf } from '@floodgate/protocol'
import { parseBytes, parseRate } from '@floodgate/qos'
import { z } from 'zod'

/** A text that `parse` takes. */
const textFor = (parse: (text: string, name: string) => number, name: string) =>
  z.string().superRefine((text, context) => {
    try {
      parse(text, name)
    } catch (error) {
      context.addIssue(detailOf(error))
    }
  })

const rate = textFor(parseRate, 'rate')
const bytes = textFor(parseBytes, 'bytes')
const count = z.int().min(1)

const text = z.string().min(1)
const pool = z
  .strictObject({
    webhook: z.strictObject({
      url: z.url({ protocol: /^https?$/ }),
      /** Of Standard Webhooks; without it $FLOODGATE_WEBHOOK_SECRET. */
      secret: text.optional()
    }),
    kubernetes: z.strictObject({
      deployment: text,
      namespace: text.optional(),
      /** A file's absolute path. */
      kubeconfig: text.optional()
    })
  })
  .partial()
  .refine((given) => Object.keys(given).length === 1, 'one of webhook and kubernetes')

const fields = z
  .strictObject({
    target: rate.optional(),
    floor: z.strictObject({ seeders: count, copies: count, perSeeder: rate }).partial().optional(),
    web: z
      .strictObject({ uplink: rate, copies: count.optional(), bytes: bytes.optional() })
      .optional(),
    max: rate.optional(),
    budget: z.strictObject({ perDay: bytes, inAll: bytes }).partial().optional(),
    /** Of one content. */
    seedersMax: count.max(64).optional(),
    /** A process for each seeder, not a client in the provider's own. */
    processes: z.boolean().optional(),
    /** Its seeders serve first who came least far, and choke who would wait. */
    turns: z.boolean().optional(),
    /** Who seeds elsewhere. */
    pool: pool.optional(),
    /** From one decision to the next, and how often peers are told to announce. */
    everySeconds: z.int().min(1).max(60).optional(),
    announceSeconds: z.int().min(1).max(600).optional()
  })
  .superRefine(({ target, floor, web, pool, processes, turns }, context) => {
    if (target === undefined && floor === undefined) {
      context.addIssue('say what is promised: a target, or a floor')
    }
    if (web !== undefined && target === undefined) context.addIssue('web needs a target')
    if (turns === true && pool !== undefined) {
      context.addIssue('turns: of seeders elsewhere their own option says it')
    }
    if (pool !== undefined && processes === true) context.addIssue('processes, or a pool, not both')
  })

export type QosSection = z.infer<typeof fields>

interface Word {
  word: string
  /** What it adds to a section, and what it was in one. */
  read: (value: string) => object
  say: (section: QosSection) => string | number | undefined
}

/** The words, in the order in which they are said. */
const WORDS: readonly Word[] = [
  { word: 'target', read: (target) => ({ target }), say: ({ target }) => target },
  {
    word: 'floor',
    read: (seeders) => ({ floor: { seeders: Number(seeders) } }),
    say: ({ floor }) => floor && (floor.seeders ?? 1)
  },
  { word: 'web', read: (uplink) => ({ web: { uplink } }), say: ({ web }) => web?.uplink },
  { word: 'max', read: (max) => ({ max }), say: ({ max }) => max },
  {
    word: 'per day',
    read: (perDay) => ({ budget: { perDay } }),
    say: ({ budget }) => budget?.perDay
  },
  { word: 'in all', read: (inAll) => ({ budget: { inAll } }), say: ({ budget }) => budget?.inAll },
  {
    word: 'turns',
    read: (turns) => ({ turns: turns === 'on' || (turns === 'off' ? false : turns) }),
    say: ({ turns }) => (turns === true ? 'on' : undefined)
  },
  { word: 'pool', read: readPool, say: sayPool }
]

/** `processes`, `webhook URL` or `kubernetes DEPLOYMENT`. */
function readPool(value: string): object {
  if (value === 'processes') return { processes: true }
  const [kind = '', where] = value.split(' ')
  const field = kind === 'webhook' ? 'url' : 'deployment'
  return { pool: { [kind]: { [field]: where } } }
}

/** What stands behind a webhook's host is nobody's business. */
function sayPool({ processes, pool }: QosSection): string | undefined {
  if (processes === true) return 'processes'
  if (pool?.webhook !== undefined) return `webhook ${new URL(pool.webhook.url).origin}`
  return pool?.kubernetes && `kubernetes ${pool.kubernetes.deployment}`
}

/** Reads `target 500 kB/s, floor 1, web 8 MB/s, max 50 MB/s, per day 2 TB, in all 50 TB, turns on, pool processes`. Throws `bad-option`. */
export function parseQos(text: string): QosSection {
  const parts = text.split(',').map((part) => part.trim())
  const given = parts.reduce<Record<string, object>>((section, part) => {
    const row = WORDS.find(({ word }) => part.startsWith(`${word} `))
    if (row === undefined) throw refused(part, `begins with none of ${wordsSaid()}`)
    const [[key, value]] = Object.entries(row.read(part.slice(row.word.length + 1))) as [
      [string, object]
    ]
    const before = section[key]
    const isTwice = before !== undefined && key !== 'budget'
    if (isTwice) throw refused(part, 'is said twice')
    return { ...section, [key]: before === undefined ? value : { ...before, ...value } }
  }, {})
  const { success, data, error } = fields.safeParse(given)
  if (success) return data
  throw refused(text, error.issues[0]!.message)
}

/** The promise in words again. */
export const sayQos = (section: QosSection): string =>
  WORDS.flatMap(({ word, say }) => {
    const said = say(section)
    return said === undefined ? [] : [`${word} ${said}`]
  }).join(', ')

/** The section of a configuration file: its fields, or the words. */
export const qosSchema = z.preprocess((value, context) => {
  if (typeof value !== 'string') return value
  try {
    return parseQos(value)
  } catch (error) {
    context.addIssue(detailOf(error))
    return z.NEVER
  }
}, fields)

const wordsSaid = (): string => WORDS.map(({ word }) => word).join(', ')

const refused = (text: string, why: string): FloodgateError =>
  new FloodgateError('bad-option', `qos: ${JSON.stringify(text)} ${why}`)

function detailOf(error: unknown): string {
  if (codeOf(error) !== 'bad-option') throw error
  return (error as FloodgateError).detail
}
