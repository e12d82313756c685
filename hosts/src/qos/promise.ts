// From what is promised to what decides: policy and budget of @floodgate/qos.

import {
  all,
  budget,
  floor,
  guarded,
  targetRate,
  webFirst,
  type Budget,
  type QosPolicy
} from '@floodgate/qos'
import type { QosSection } from './section.ts'

/** Smaller changes are not made: what is measured is never that exact. */
const DEADBAND = 0.05

/** When it is decided, and when leechers report. */
export interface Rhythm {
  everyMs: number
  reportMs: number
}

/** Every promise is kept. */
export function policyOf(section: QosSection, rhythm: Rhythm): QosPolicy {
  const { target, web } = section
  const promises = [
    ...(section.floor === undefined ? [] : [floor(section.floor)]),
    ...(web === undefined || target === undefined ? [] : [webFirst({ target, ...web, ...rhythm })]),
    // Beside HTTP too: once that is left, somebody has to give what peers do not.
    ...(target === undefined ? [] : [targetRate(target, rhythm)])
  ]
  return guarded(all(...(promises as [QosPolicy, ...QosPolicy[]])), {
    deadband: DEADBAND,
    everyMs: rhythm.everyMs
  })
}

export const budgetOf = ({ max, budget: spending }: QosSection): Budget =>
  budget({ ...spending, ...(max !== undefined && { uplink: max }) })
