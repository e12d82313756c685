// What a wallet keeps of the court and of its provider's word: our complaints, those about us, the revocation list, and the
// newest head of the log of postings.

import { Disputes } from './disputes.ts'
import { Notices } from './notices.ts'
import type { WalletParts } from './purses.ts'
import { Revocations } from './revocations.ts'
import type { WalletState } from './state.ts'
import { TreeHeads } from './tree-heads.ts'

export class CourtBook {
  readonly disputes: Disputes
  readonly notices: Notices
  readonly revocations: Revocations
  readonly heads: TreeHeads

  constructor({ crypto, saver, now }: WalletParts, state?: WalletState) {
    this.disputes = new Disputes(saver, state?.disputes)
    this.notices = new Notices(saver, state?.notices)
    this.revocations = new Revocations(crypto, saver, now, state?.revocations)
    this.heads = new TreeHeads(saver, state)
  }

  toState(): Pick<WalletState, 'disputes' | 'notices' | 'revocations' | 'treeHead' | 'fork'> {
    return {
      ...this.disputes.toState(),
      ...this.notices.toState(),
      ...this.revocations.toState(),
      ...this.heads.toState()
    }
  }
}
