// What the lines of all peers are plugged into: a bridge in a namespace of its own.

import { serve } from '../harness/serve.ts'
import { canLose, openBridge, plug, type Line } from '../qos/network.ts'

const jobs = {
  /** Answers whether packets can be lost here. */
  async open(): Promise<boolean> {
    await openBridge()
    return canLose()
  },

  plug: ({ port, pid, line }: { port: string; pid: number; line: Line }): Promise<void> =>
    plug(port, pid, line)
}
export type HubJobs = typeof jobs

serve(jobs)
