// What the lines of all peers are plugged into: a bridge in a namespace of its own.

import { serve } from '../harness/serve.ts'
import { openBridge, plug, type Line } from '../qos/network.ts'
import { tryFilters } from '../qos/nft.ts'

const jobs = {
  open: (): Promise<void> => openBridge(),

  /** Rejects when packets cannot be lost or delayed here: there is no nft, or it cannot do it. */
  tryFilters: (): Promise<void> => tryFilters(),

  plug: ({ port, pid, line }: { port: string; pid: number; line: Line }): Promise<void> =>
    plug(port, pid, line)
}
export type HubJobs = typeof jobs

serve(jobs)
