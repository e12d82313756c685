// Files as a bank sends them: status reports and statements, as small as their schemas allow.

interface Status {
  id: string
  status: string
  code?: string
}

const head = (name: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${name}">`
const time = '2026-11-23T08:00:00'

/** `group`: the status of the whole message, and `reason` why. */
export function pain002(message: string, list: Status[], group?: string, reason = ''): string {
  const details = list.map(
    ({ id, status, code }) =>
      `<TxInfAndSts><OrgnlEndToEndId>${id}</OrgnlEndToEndId><TxSts>${status}</TxSts>` +
      (code === undefined ? '' : `<StsRsnInf><Rsn><Cd>${code}</Cd></Rsn></StsRsnInf>`) +
      `</TxInfAndSts>`
  )
  const info = `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${message}</OrgnlPmtInfId>${details.join('')}</OrgnlPmtInfAndSts>`
  return (
    `${head('pain.002.001.10')}<CstmrPmtStsRpt><GrpHdr><MsgId>r1</MsgId><CreDtTm>${time}</CreDtTm></GrpHdr>` +
    `<OrgnlGrpInfAndSts><OrgnlMsgId>${message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>` +
    (group === undefined ? '' : `<GrpSts>${group}</GrpSts>`) +
    (reason === '' ? '' : `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf>`) +
    `</OrgnlGrpInfAndSts>${list.length === 0 ? '' : info}</CstmrPmtStsRpt></Document>`
  )
}

interface Entry {
  id: string
  way: 'DBIT' | 'CRDT'
  /** Decimal, EUR. */
  amount: string
  returned?: string
  status?: string
}

export function camt053(entries: Entry[]): string {
  const all = entries.map(
    ({ id, way, amount, returned, status = 'BOOK' }) =>
      `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${way}</CdtDbtInd><Sts><Cd>${status}</Cd></Sts>` +
      `<AcctSvcrRef>ref-${id.slice(0, 8)}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs>` +
      (returned === undefined ? '' : `<RtrInf><Rsn><Cd>${returned}</Cd></Rsn></RtrInf>`) +
      `</TxDtls></NtryDtls></Ntry>`
  )
  return (
    `${head('camt.053.001.08')}<BkToCstmrStmt><GrpHdr><MsgId>s1</MsgId><CreDtTm>${time}</CreDtTm></GrpHdr>` +
    `<Stmt><Id>1</Id>${all.join('')}</Stmt></BkToCstmrStmt></Document>`
  )
}
