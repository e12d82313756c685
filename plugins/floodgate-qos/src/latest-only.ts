// States that are to become true one after the other, of which only the last matters.

interface Row<T> {
  /** What is to be true and is not being made so yet. */
  wanted?: { state: T }
  /** While one is being made so. */
  work: Promise<void>
}

/**
 * Carries out states, never two of a key at once; of those that come meanwhile only the last. The answer resolves when
 * the newest state is true, and rejects when that failed.
 */
export function latestOnly<T>(
  carryOut: (key: string, state: T) => Promise<void>
): (key: string, state: T) => Promise<void> {
  const rows = new Map<string, Row<T>>()

  async function work(key: string, row: { wanted?: { state: T } }): Promise<void> {
    while (row.wanted !== undefined) {
      const { state } = row.wanted
      row.wanted = undefined
      try {
        await carryOut(key, state)
      } catch (error) {
        if (row.wanted === undefined) throw error
      }
    }
  }

  return (key, state) => {
    const busy = rows.get(key)
    if (busy !== undefined) {
      busy.wanted = { state }
      return busy.work
    }
    const row = { wanted: { state }, work: Promise.resolve() }
    rows.set(key, row)
    row.work = work(key, row).finally(() => rows.delete(key))
    return row.work
  }
}
