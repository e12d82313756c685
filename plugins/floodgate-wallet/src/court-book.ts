// What a wallet keeps of the court: our complaints, those about us, and the revocation list.

import { Disputes } from './disputes.ts'
import { Notices } from './notices.ts'
import type { WalletParts } from './purses.ts'
import { Revocations } from './revocations.ts'
import type { WalletState } from './state.ts'

export class CourtBook {
  readonly disputes: Disputes
  readonly notices: Notices
  readonly revocations: Revocations

  constructor({ crypto, saver, now }: WalletParts, state?: WalletState) {
    this.disputes = new Disputes(saver, state?.disputes)
    this.notices = new Notices(saver, state?.notices)
    this.revocations = new Revocations(crypto, saver, now, state?.revocations)
  }

  toState(): Pick<WalletState, 'disputes' | 'notices' | 'revocations'> {
    return {
      ...this.disputes.toState(),
      ...this.notices.toState(),
      ...this.revocations.toState()
    }
  }
}
