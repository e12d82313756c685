// Counts every message that reaches the tracker, by kind: the proof that a piece costs the tracker
// none (I7).

export interface TrackerCounters {
  /** Every HTTP request, websocket message and UDP packet: the sum of the eight kinds below. */
  messages: number
  announces: number
  /** WebRTC answers that a websocket peer sends to another through the tracker. */
  answers: number
  scrapes: number
  /** UDP connects. */
  connects: number
  apiRequests: number
  /** Requests for `/stats`. */
  stats: number
  /** What no parser understood, and UDP packets without a valid connection id. */
  unreadable: number
  /** Beyond what one address may send: not even parsed. */
  overRate: number
  /** Of all these: answered with a failure. */
  refused: number
  /** Of all these: ended in an exception, which was contained. */
  contained: number
}

export type MessageKind = Exclude<keyof TrackerCounters, 'messages' | 'refused' | 'contained'>

export function newCounters(): TrackerCounters {
  return {
    messages: 0,
    announces: 0,
    answers: 0,
    scrapes: 0,
    connects: 0,
    apiRequests: 0,
    stats: 0,
    unreadable: 0,
    overRate: 0,
    refused: 0,
    contained: 0
  }
}

export function count(counters: TrackerCounters, kind: MessageKind): void {
  counters.messages++
  counters[kind]++
}
