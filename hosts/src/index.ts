/**
 * @packageDocumentation
 * The `floodgate` command as a library: a provider in a program of one's own.
 *
 * ```ts
 * import { openProvider } from 'floodgate'
 *
 * const provider = await openProvider('./shop', { port: 8700 })
 * console.log(provider.url) // http://127.0.0.1:8700
 * await provider.close()
 * ```
 */

export { openProvider, type Provider, type ProviderOptions } from './provider/open-provider.ts'
