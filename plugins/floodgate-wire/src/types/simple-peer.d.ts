/** What we call of @thaunknown/simple-peer 10 (it ships no types). */
declare module '@thaunknown/simple-peer/lite.js' {
  export interface SessionDescription {
    type: string
    sdp: string
  }

  interface SimplePeerEvents {
    signal: [description: SessionDescription]
    iceStateChange: [connection: string, gathering: string]
    connect: []
    close: []
    finish: []
    error: [error: Error]
  }

  export default class SimplePeer {
    constructor(options: { initiator: boolean; trickle: boolean; config?: object })
    /** The peer id of the other side, hex; WebTorrent reads it. */
    id?: string
    readonly connected: boolean
    readonly destroyed: boolean
    signal(description: SessionDescription): void
    destroy(): void
    on<E extends keyof SimplePeerEvents>(
      event: E,
      listener: (...values: SimplePeerEvents[E]) => void
    ): this
    once<E extends keyof SimplePeerEvents>(
      event: E,
      listener: (...values: SimplePeerEvents[E]) => void
    ): this
    /** Private: told of each ICE candidate, and of their end by an event without one. */
    _onIceCandidate(event: { candidate?: undefined }): void
  }
}
