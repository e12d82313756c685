// What can be asked of the ledger about contents that are sealed until their release (F77), and what it answers. Types only.

/** How much the provider pays for pushing a content, in all: cash → push. A higher limit than before adds what is missing. */
export interface BudgetPushCommand {
  kind: 'budgetPush'
  infoHash: string
  /** Not less than before. */
  amountMinor: bigint
  now: number
}

/** The key of a sealed content, once for each account: peer → provider. */
export interface BuyKeyCommand {
  kind: 'buyKey'
  uid: string
  infoHash: string
  priceMinor: bigint
  /** Which keys the account gets: those of the first time stand. */
  group: number
  now: number
}

export type PushCommand = BudgetPushCommand | BuyKeyCommand

export interface PushOutcomes {
  /** `addedMinor`: 0 if the limit was so high already. */
  budgetPush: { infoHash: string; addedMinor: bigint }
  /** `repeated`: it was bought before, and nothing moved. */
  buyKey: { uid: string; infoHash: string; group: number; repeated: boolean }
}
