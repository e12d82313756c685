// Jobs of every actor that is put on a line.

import type { Wiring } from './ground.ts'
import { answer } from './network.ts'
import { countLost, delayServers, lose, openDetours, type Lost } from './nft.ts'

export const wired = {
  /** Before anything else. */
  async wire({ address, loss, delayMs }: Wiring): Promise<void> {
    await answer(address)
    if (loss > 0) await lose(loss)
    if (delayMs > 0) {
      await openDetours()
      delayServers(delayMs)
    }
  },

  /** Packets that came, and those of them that were lost; only where some are. */
  lost: (): Promise<Lost> => countLost()
}
