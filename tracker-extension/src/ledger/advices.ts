// What banks and card processors tell becomes deposits: once each, whatever the order and the repeats, and only where it is
// beyond doubt for whom. All else waits for the operator, or is noted. Pure rules.
import { deposit } from './deposit.ts'
import { LedgerError } from './errors.ts'
import type {
  Advice,
  AdviceOutcome,
  AdviseCommand,
  AssignCommand,
  MoneyInOutcomes,
  OrderCommand,
  ReferCommand
} from './money-in-commands.ts'
import type { AdviceRow } from './money-in-rows.ts'
import { type LedgerView, hexOf, keyOf, orderedKey } from './rows.ts'

export function order(view: LedgerView, command: OrderCommand): MoneyInOutcomes['order'] {
  const { orderId, uid, amountMinor, currency, now } = command
  if (currency !== view.currency) throw new LedgerError('wrong-currency', currency)
  const done = view.get('order', orderId)
  if (done) {
    if (done.uid !== uid || done.amountMinor !== amountMinor)
      throw new LedgerError('conflict', 'order')
    return { orderId, repeated: true }
  }
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  view.put('order', orderId, { uid, amountMinor, currency, at: now, adviceId: '' })
  return { orderId, repeated: false }
}

export function refer(
  view: LedgerView,
  { reference, uid }: ReferCommand
): MoneyInOutcomes['refer'] {
  const known = view.get('reference', reference)
  if (known && known.uid !== uid) throw new LedgerError('conflict', 'reference')
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  if (!known) view.put('reference', reference, { uid })
  return { reference, repeated: known !== undefined }
}

/** A statement that was taken before and now says something else is refused as a whole: nobody knows which is right. */
export function advise(view: LedgerView, command: AdviseCommand): MoneyInOutcomes['advise'] {
  const { statements, advices, now } = command
  for (const { statementId, body } of statements) {
    const known = view.get('statement', statementId)
    if (known && hexOf(known.body) !== hexOf(body)) {
      throw new LedgerError('conflict', `statement ${statementId} said something else before`)
    }
    if (!known) view.put('statement', statementId, { body, at: now })
  }
  return { advices: advices.map((advice) => take(view, advice, now)) }
}

/** One that waits is judged again each time it is told: what was missing may be there by now. */
function take(view: LedgerView, advice: Advice, now: number): AdviceOutcome {
  const { adviceId, alike } = idOf(view, advice)
  const known = view.get('advice', adviceId)
  if (known && !says(known, advice)) {
    const { currency, amountMinor } = known
    throw new LedgerError('conflict', `${adviceId} was ${amountMinor} ${currency} before`)
  }
  for (const name of advice.names) {
    if (!view.get('adviceName', name)) view.put('adviceName', name, { adviceId })
  }
  const strongName = known?.strongName || (advice.strong ? advice.names[0]! : '')
  if (known && known.strongName !== strongName) {
    view.put('advice', adviceId, { ...known, strongName })
  }
  if (known && known.state !== 'waiting') return outcomeOf(adviceId, known, true)
  const hold = advice.hold || (alike ? 'looks-repeated' : '')
  const judged = judge(view, adviceId, { ...advice, hold })
  if (known && judged.state === 'waiting') return outcomeOf(adviceId, known, true)
  const { source, advised, amountMinor, currency, about, payer, text } = advice
  const told = { source, advised, amountMinor, currency, strongName, about, payer, text }
  const row = { ...told, ...judged, reason: '', at: known?.at ?? now }
  if (row.state === 'booked') {
    const reason = `${source} ${advice.orderId || advice.reference}`
    deposit(view, { id: adviceId, uid: row.uid, amountMinor, reason, now })
    const paid = view.get('order', advice.orderId)
    if (paid) view.put('order', advice.orderId, { ...paid, adviceId })
  }
  replace(view, adviceId, known, row)
  return outcomeOf(adviceId, row, false)
}

/**
 * The advice that bears one of the names already. Not if it has a strong name, and this one another: then they are two that
 * only look alike, or one that was told wrongly, and a person has to look.
 */
function idOf(view: LedgerView, { names, strong }: Advice): { adviceId: string; alike: boolean } {
  const [best = '', ...others] = names
  const own = view.get('adviceName', best)?.adviceId
  const known = others.flatMap((name) => view.get('adviceName', name)?.adviceId ?? [])
  const isOther = (adviceId: string): boolean =>
    strong && adviceId !== own && !['', best].includes(view.get('advice', adviceId)!.strongName)
  const same = known.find((adviceId) => !isOther(adviceId))
  return { adviceId: own ?? same ?? best, alike: known.some(isOther) }
}

const says = (row: AdviceRow, advice: Advice): boolean =>
  row.source === advice.source &&
  row.advised === advice.advised &&
  row.amountMinor === advice.amountMinor &&
  row.currency === advice.currency

type Judged = Pick<AdviceRow, 'state' | 'code' | 'uid'>
const waiting = (code: string): Judged => ({ state: 'waiting', code, uid: '' })

function judge(view: LedgerView, adviceId: string, advice: Advice): Judged {
  const { advised, hold, currency, amountMinor, orderId, uid, reference } = advice
  if (advised !== 'credit') return { state: 'noted', code: '', uid: aboutWhom(view, advice) }
  if (hold !== '') return waiting(hold)
  if (currency !== view.currency) return waiting('wrong-currency')
  if (amountMinor === 0n) return waiting('no-amount')
  if (orderId !== '') {
    const asked = view.get('order', orderId)
    if (!asked) return waiting('unknown-order')
    if (uid !== '' && uid !== asked.uid) return waiting('wrong-account')
    if (asked.amountMinor !== amountMinor) return waiting('wrong-amount')
    const isPaid = asked.adviceId !== '' && asked.adviceId !== adviceId
    return isPaid ? waiting('order-paid') : { state: 'booked', code: '', uid: asked.uid }
  }
  if (reference === '') return waiting('no-reference')
  const known = view.get('reference', reference)
  return known ? { state: 'booked', code: '', uid: known.uid } : waiting('unknown-reference')
}

/** Whose payment is taken back, as far as that is known by now. */
function aboutWhom(view: LedgerView, { about, uid }: Advice): string {
  const paid = view.get('adviceName', about)
  return (paid && view.get('advice', paid.adviceId)?.uid) ?? uid
}

/** A person has to look: not at what the provider spent itself, nor at what somebody gave a reason for. */
const isOpen = ({ state, advised, reason }: AdviceRow): boolean =>
  state !== 'booked' && advised !== 'debit' && reason === ''

/** What waits longest comes first; of what was noted the newest, for its list may grow long. */
const openKey = (adviceId: string, { state, at }: AdviceRow): string =>
  state === 'noted'
    ? keyOf('recent', orderedKey(Number.MAX_SAFE_INTEGER - at), adviceId)
    : keyOf(state, orderedKey(at), adviceId)

function replace(
  view: LedgerView,
  adviceId: string,
  before: AdviceRow | undefined,
  row: AdviceRow
): void {
  if (before) {
    view.remove('openAdvice', openKey(adviceId, before))
    // Noted ones of older ledgers are listed so.
    view.remove('openAdvice', keyOf(before.state, orderedKey(before.at), adviceId))
  }
  if (isOpen(row)) view.put('openAdvice', openKey(adviceId, row), { adviceId })
  view.put('advice', adviceId, row)
}

const outcomeOf = (adviceId: string, row: AdviceRow, repeated: boolean): AdviceOutcome => {
  const { state, code, uid, amountMinor } = row
  return { adviceId, state, code, uid, amountMinor, repeated }
}

/**
 * Books what waits for the account that a person names; without one it is set aside, as when it was sent back. What was
 * noted is only set aside: somebody has looked at it, and says why that is enough.
 */
export function assign(view: LedgerView, command: AssignCommand): MoneyInOutcomes['assign'] {
  const { adviceId, uid, reason, now } = command
  const known = view.get('advice', adviceId)
  if (!known) throw new LedgerError('unknown-advice', adviceId)
  const isNoted = known.state === 'noted' && uid === ''
  if (known.state !== 'waiting' && (!isNoted || known.reason !== '')) {
    const isSame = known.reason === reason && (isNoted || known.uid === uid)
    if (!isSame || reason === '') throw new LedgerError('conflict', `${adviceId} is ${known.state}`)
    return outcomeOf(adviceId, known, true)
  }
  if (isNoted) {
    const seen: AdviceRow = { ...known, reason }
    replace(view, adviceId, known, seen)
    return outcomeOf(adviceId, seen, false)
  }
  const { amountMinor, currency } = known
  if (uid !== '') {
    if (currency !== view.currency) throw new LedgerError('wrong-currency', currency)
    deposit(view, { id: adviceId, uid, amountMinor, reason, now })
  }
  const state = uid === '' ? 'noted' : 'booked'
  const row: AdviceRow = { ...known, state, code: '', uid, reason }
  replace(view, adviceId, known, row)
  return outcomeOf(adviceId, row, false)
}
