// Who seeds, by the section `qos`: clients in this process, processes of their own, or whatever a webhook or Kubernetes starts;
// the latter are told by a roster what to do.

import { FloodgateError } from '@floodgate/protocol'
import { rosteredPool, webhookPool, type SeederPool, type SeederRoster } from '@floodgate/qos'
import type { Home } from '../provider/home.ts'
import type { SeederOptions } from '../provider/own-seeder.ts'
import type { Service } from '../provider/service.ts'
import { shelvedAt } from '../provider/shelf.ts'
import type { QosSection } from './section.ts'
import { seedInChild } from './seed-in-child.ts'
import { seederPool } from './seeder-pool.ts'

export interface PoolOptions extends Pick<SeederOptions, 'out' | 'signal' | 'limit'> {
  section: Pick<QosSection, 'pool' | 'processes' | 'seedersMax' | 'turns'>
  home: Home
  service: Pick<Service, 'settings' | 'own'>
  /** Bytes per second of all our seeders together. */
  rateMax: number
  onSent: (infoHash: string, bytes: number) => void
  /** Tells seeders elsewhere what to do. */
  roster: SeederRoster
}

const SECRET_VARIABLE = 'FLOODGATE_WEBHOOK_SECRET'

/** Throws `bad-option`. */
export async function openPool(options: PoolOptions): Promise<SeederPool> {
  const { section, roster } = options
  const rateMax = `${options.rateMax} B/s`
  const { webhook, kubernetes } = section.pool ?? {}
  if (webhook !== undefined) {
    const { url, secret = process.env[SECRET_VARIABLE] ?? '' } = webhook
    return rosteredPool(webhookPool({ url, secret, rateMax }), roster)
  }
  if (kubernetes !== undefined) {
    const { kubernetesPool } = await loadKubernetes()
    const { seedersMax } = section
    return rosteredPool(kubernetesPool({ ...kubernetes, seedersMax, rateMax }), roster)
  }
  return ownPool(options)
}

async function ownPool(options: PoolOptions): Promise<SeederPool> {
  const { section, home, service, rateMax, out, signal, limit, onSent } = options
  const { settings, own } = service
  const { turns } = section
  // WebTorrent takes half a second to load.
  const { seedHere } = await import('./seed-here.ts')
  return seederPool({
    ...{ home, rateMax, seedersMax: section.seedersMax },
    find: (infoHash) => shelvedAt(home.contents, infoHash),
    launch: section.processes
      ? seedInChild({ settings, own, out, limit, onSent, turns })
      : seedHere({ settings, own, out, signal, limit, onSent, turns })
  })
}

async function loadKubernetes(): Promise<typeof import('@floodgate/qos/kubernetes')> {
  try {
    return await import('@floodgate/qos/kubernetes')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new FloodgateError('bad-option', 'qos: pool: install @kubernetes/client-node beside us')
  }
}
