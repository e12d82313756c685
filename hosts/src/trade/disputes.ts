// What people read of the provider's court: a line for each thing that happens while we trade, and for each that a wallet
// has on record.

import { ERRORS, isErrorCode, toHex } from '@floodgate/protocol'
import type { Wallet, WalletSummary } from '@floodgate/wallet'
import type { Floodgate } from '@floodgate/wire'
import type { Output } from '../output.ts'
import { short } from '../units.ts'

const textOf = (code: string): string => (isErrorCode(code) ? ` ${ERRORS[code].text}` : '')

/** Tells of complaints, verdicts, notices and revocations as they come. */
export function tellCourt(floodgate: Floodgate, out: Output): void {
  floodgate.on('complained', (detail) => {
    const { uid, kind, index } = detail
    out.tell('complained', detail, `complained of ${short(uid)}: ${kind}, piece ${index}`)
  })
  floodgate.on('verdict', (detail) => {
    const { uid, index, outcome, code } = detail
    const why = outcome === 'dismissed' ? textOf(code) : ''
    const text = `the provider on ${short(uid)}, piece ${index}: ${outcome}.${why}`
    out.tell('verdict', detail, outcome === 'challenge' ? undefined : text)
  })
  floodgate.on('notice', (detail) => {
    const { uid, kind, index, outcome, answer } = detail
    const about = `${short(uid)} complained of us: ${kind}, piece ${index}, ${outcome}`
    out.tell('notice', detail, answer === '' ? about : `${about}; answered: ${answer}`)
  })
  floodgate.on('revoked', (detail) => {
    const { uid, reason } = detail
    out.tell('revoked', detail, `${short(uid)} was revoked by the provider.${textOf(reason)}`)
  })
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** `floodgate wallet disputes`: our complaints, and those about us. */
export function showDisputes(out: Output, wallet: Wallet): void {
  const { disputes, notices } = wallet.summary()
  const lines = [...disputes.map(disputeLine), ...notices.map(noticeLine)]
  out.tell('disputes', { disputes, notices }, lines.join('\n') || 'Nobody complained.')
}

type Dispute = WalletSummary['disputes'][number]
type Notice = WalletSummary['notices'][number]

function disputeLine({ at, kind, accused, index, stage, code }: Dispute): string {
  const why = stage === 'dismissed' ? textOf(code) : ''
  return `${dayOf(at)}  ours   ${short(accused)}  ${kind}, piece ${index}: ${stage}.${why}`
}

function noticeLine({ at, kind, accuser, index, outcome, answer }: Notice): string {
  const said = answer === '' ? '' : ` Answered: ${answer}.`
  return `${dayOf(at)}  of us  ${short(accuser)}  ${kind}, piece ${index}: ${outcome}.${said}`
}

/** `floodgate wallet revocations`: whose accounts the provider has revoked. */
export function showRevocations(out: Output, wallet: Wallet): void {
  const { version, entries } = wallet.summary().revocations
  const lines = entries.map(({ uid, until, reason }) => {
    const whose = uid === toHex(wallet.uid) ? '  this is us' : ''
    return `${uid}  until ${dayOf(until)}  ${reason}.${textOf(reason)}${whose}`
  })
  const nobody = `Nobody is revoked (version ${version} of the list).`
  out.tell('revocations', { version, entries }, lines.join('\n') || nobody)
}
