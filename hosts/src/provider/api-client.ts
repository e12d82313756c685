// What our commands ask a provider over HTTP beside what a wallet asks: contents, torrents, status, the operator's acts.
// Bounded in time and size; every failure has a code of the error table.

import { FloodgateError, isErrorCode, saidLine } from '@floodgate/protocol'
import type {
  AdvicesJson,
  AssignedJson,
  BackupJson,
  BookedJson,
  BuyersJson,
  ContentJson,
  CourtJson,
  DepositJson,
  LiftJson,
  MintCounters,
  OwnJson,
  OwnListJson,
  PayoutJson,
  ReconciliationJson,
  PromotionJson,
  QualityJson,
  RiskJson,
  RunJson,
  SeederOrderJson,
  SeederReportJson,
  StatementsJson,
  TrackerCounters,
  WithdrawJson
} from '@floodgate/tracker'

const BASE = '/floodgate/v1'
const TIMEOUT_MS = 15_000
/** As the provider's own limit for torrents. */
const BODY_MAX = 4 * 1024 * 1024

export interface Status {
  tracker: TrackerCounters
  mint: MintCounters
}

/** A provider as whoever has one of its tokens sees it. */
export interface OperatorApi {
  url: string
  token: string
}

/** The body of a successful answer. Throws `unreachable`, `too-long`, or the code that the provider gives. */
export async function fetchBytes(url: string, init: RequestInit = {}): Promise<Uint8Array> {
  let response: Response
  let body: Uint8Array
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    body = await readBody(response)
  } catch (error) {
    if (error instanceof FloodgateError) throw error
    const cause = ((error as Error).cause ?? error) as Error
    throw new FloodgateError('unreachable', `${url}: ${cause.message}`)
  }
  if (response.ok) return body
  throw refusalOf(response.status, Buffer.from(body).toString('utf8'))
}

async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > BODY_MAX) throw new FloodgateError('too-long', response.url)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function refusalOf(status: number, text: string): FloodgateError {
  let said: { error?: unknown; detail?: unknown } = {}
  try {
    said = JSON.parse(text) as typeof said
  } catch {
    said = {} // not from a provider's API; the status says enough
  }
  const code = said?.error
  if (typeof code !== 'string' || !isErrorCode(code)) {
    return new FloodgateError(status >= 500 ? 'unreachable' : 'not-found', `HTTP ${status}`)
  }
  return new FloodgateError(code, saidLine(said.detail))
}

async function fetchJson<T>(url: string, init?: RequestInit): Promise<T> {
  const body = await fetchBytes(url, init)
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as T
  } catch {
    throw new FloodgateError('bad-field', `${url} answers no JSON`)
  }
}

export const fetchStatus = (api: string): Promise<Status> => fetchJson(`${api}${BASE}/status`)

export const fetchContents = (api: string): Promise<ContentJson[]> =>
  fetchJson(`${api}${BASE}/contents`)

/** The torrent file of a content. Throws `unknown-content`. */
export const fetchTorrent = (api: string, infoHash: string): Promise<Uint8Array> =>
  fetchBytes(`${api}${BASE}/contents/${infoHash}.torrent`)

function askAs<T>({ url, token }: OperatorApi, path: string, init: RequestInit = {}): Promise<T> {
  const headers = { ...init.headers, Authorization: `Bearer ${token}` }
  return fetchJson(`${url}${BASE}/operator/${path}`, { ...init, headers })
}

/** `body`: JSON, or the bytes of a bank's file. */
function tellAs<T>(api: OperatorApi, path: string, body: object): Promise<T> {
  const [type, bytes] =
    body instanceof Uint8Array ? ['xml', body.slice()] : ['json', JSON.stringify(body)]
  const headers = { 'Content-Type': `application/${type}` }
  return askAs(api, path, { method: 'POST', headers, body: bytes })
}

/** What sellers and `colluders` can lose and gain, as the operator sees it. Throws `not-allowed`. */
export const fetchRisk = (api: OperatorApi, colluders: number): Promise<RiskJson> =>
  askAs(api, `risk/${colluders}`)

/** How contents are seeded, and why. Throws `not-allowed`, or `not-offered` where nothing is promised. */
export const fetchQuality = (api: OperatorApi): Promise<QualityJson> => askAs(api, 'quality')

/** Reports as a seeder of the provider's own. Throws `not-allowed`, or `not-offered` where it has none elsewhere. */
export const postSeeder = (api: OperatorApi, report: SeederReportJson): Promise<SeederOrderJson> =>
  tellAs(api, 'seeders', report)

/** Who bought the keys of a group. Throws `not-allowed`. */
export const fetchBuyers = (
  api: OperatorApi,
  { infoHash, group }: { infoHash: string; group: number }
): Promise<BuyersJson> => askAs(api, `buyers/${infoHash}/${group}`)

interface Deposit {
  uid: string
  amount: string
  reason: string
  /** Names the deposit once and for all. */
  id: string
}

/** Books a deposit as the operator. Throws `not-allowed`, `unknown-account` or `conflict`. */
export function postDeposit(api: OperatorApi, deposit: Deposit): Promise<DepositJson> {
  return tellAs(api, 'deposits', deposit)
}

/** Takes back what was booked by mistake. Throws as `postDeposit`, and `insufficient-funds` beyond what the account has. */
export function postCorrection(api: OperatorApi, correction: Deposit): Promise<DepositJson> {
  return tellAs(api, 'corrections', correction)
}

/** Open cases, strikes, revocations, appeals and signals. Throws `not-allowed`. */
export const fetchCourt = (api: OperatorApi): Promise<CourtJson> => askAs(api, 'court')

/** Ends the revocation of an account. Throws `not-allowed` or `unknown-account`. */
export const postLift = (api: OperatorApi, uid: string): Promise<LiftJson> =>
  tellAs(api, 'lift', { uid })

/** Revokes an account. Throws `not-allowed` or `unknown-account`. */
export const postRevoke = (api: OperatorApi, uid: string): Promise<{ uid: string }> =>
  tellAs(api, 'revoke', { uid })

/** Names an account as the provider's own. Throws `not-allowed` or `unknown-account`. */
export const postOwn = (api: OperatorApi, uid: string): Promise<OwnJson> =>
  tellAs(api, 'own', { uid })

/** Withdraws a content from sale. Throws `not-allowed` or `unknown-content`. */
export const postWithdraw = (api: OperatorApi, infoHash: string): Promise<WithdrawJson> =>
  tellAs(api, 'withdraw', { infoHash })

/** The accounts that are the provider's own. Throws `not-allowed`. */
export const fetchOwn = (api: OperatorApi): Promise<OwnListJson> => askAs(api, 'own')

/** Has the running provider write a backup. Throws `not-allowed`. */
export const postBackup = (api: OperatorApi): Promise<BackupJson> => tellAs(api, 'backup', {})

/** All payouts, the newest first. Throws `not-allowed`. */
export const fetchPayouts = (api: OperatorApi): Promise<{ payouts: PayoutJson[] }> =>
  askAs(api, 'payouts')

/** What a run would do. Throws `not-allowed`, or `not-found` where nothing is paid out. */
export const fetchPayoutPlan = (api: OperatorApi): Promise<RunJson> => askAs(api, 'payouts/plan')

/** Throws `not-allowed`, or `not-found` where nothing is paid out. */
export const postPayoutRun = (api: OperatorApi): Promise<RunJson> => tellAs(api, 'payouts/run', {})

/** `file`: a bank's; empty to ask the rails. Throws `not-allowed`, `not-found`, `bad-request`. */
export const postReconcile = (api: OperatorApi, file: Uint8Array): Promise<ReconciliationJson> =>
  tellAs(api, 'payouts/reconcile', file)

/** Books the credits of a bank statement. Throws `bad-statement`, `conflict` or `not-offered`. */
export const postStatements = (api: OperatorApi, file: Uint8Array): Promise<StatementsJson> =>
  tellAs(api, 'statements', file)

/** Payments that wait for the operator, and those noted for him. */
export const fetchAdvices = (api: OperatorApi): Promise<AdvicesJson> => askAs(api, 'advices')

/** Books what waits for an account. Throws `unknown-advice`, `conflict` or `unknown-account`. */
export const postAssign = (api: OperatorApi, body: object): Promise<AssignedJson> =>
  tellAs(api, 'assign', body)

/** Gift codes, a coupon, or money behind coupons. Throws `conflict`, `unknown-content` or `bad-request`. */
export const postMoneyIn = (
  api: OperatorApi,
  what: 'gifts' | 'coupons' | 'promotion',
  body: object
): Promise<BookedJson> => tellAs(api, what, body)

export const fetchPromotion = (api: OperatorApi): Promise<PromotionJson> => askAs(api, 'promotion')
