/** What we call of Koa 3, and what the types of @koa/router ask of it (Koa ships none). */
declare module 'koa' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  namespace Koa {
    type DefaultState = object
    type DefaultContext = object
    type Next = () => Promise<unknown>
    interface Context {
      readonly req: IncomingMessage
      readonly res: ServerResponse
      readonly method: string
      readonly path: string
      status: number
      type: string
      body: unknown
      get(header: string): string
      set(header: string, value: string): void
      set(headers: Record<string, string>): void
    }
    type ParameterizedContext<S = DefaultState, C = DefaultContext, B = unknown> = Context &
      C & { state: S; body: B }
    type Middleware<S = DefaultState, C = DefaultContext, B = unknown> = (
      context: ParameterizedContext<S, C, B>,
      next: Next
    ) => unknown
  }

  class Koa {
    silent: boolean
    use(middleware: Koa.Middleware): this
    on(event: 'error', listener: (error: unknown) => void): this
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  }
  export = Koa
}
