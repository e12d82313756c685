// What a ledger store must do, part by part of the business: each suite is called with a way to open an empty ledger.
import { backupCompliance } from './backup-compliance.ts'
import { correctionCompliance } from './correction-compliance.ts'
import { couponCompliance } from './coupon-compliance.ts'
import { courtCompliance } from './court-compliance.ts'
import { escrowCompliance } from './escrow-compliance.ts'
import { moneyInCompliance } from './money-in-compliance.ts'
import { payoutCompliance } from './payout-compliance.ts'
import { promiseCompliance } from './promise-compliance.ts'
import { pushCompliance } from './push-compliance.ts'
import { sumsCompliance } from './sums-compliance.ts'
import { tellingsCompliance } from './tellings-compliance.ts'
import { withdrawalCompliance } from './withdrawal-compliance.ts'
import type { OpenLedger } from './compliance.ts'

export const SUITES: readonly ((open: OpenLedger) => void)[] = [
  courtCompliance,
  escrowCompliance,
  moneyInCompliance,
  correctionCompliance,
  couponCompliance,
  payoutCompliance,
  pushCompliance,
  promiseCompliance,
  withdrawalCompliance,
  backupCompliance,
  sumsCompliance,
  tellingsCompliance
]
