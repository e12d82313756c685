// Runs a module of ./pages in a browser: bundled as an application would bundle it, served on loopback, which
// browsers trust as they trust https, and its exported functions called from the test.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'puppeteer-core'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Replaces what an import means, by file: `#crypto` or what stands in for a module of Node. */
export type Aliases = Record<string, string>

/** One script of module and packages. It fails when these need anything that browsers do not have. */
async function bundle(module: string, aliases: Aliases): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here(`pages/${module}.ts`)],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'page',
    target: 'es2024',
    conditions: ['floodgate-source'],
    alias: Object.fromEntries(Object.entries(aliases).map(([from, to]) => [from, here(to)])),
    logLevel: 'silent'
  })
  return outputFiles[0]!.text
}

export interface Site {
  /** A new tab with the module in it. What the page throws and nobody catches goes to `faults`. */
  open(): Promise<Tab>
  readonly faults: string[]
  close(): Promise<void>
}

export interface Tab {
  readonly page: Page
  /** Calls an exported function; arguments and answer travel as JSON. */
  call<T>(name: string, ...given: unknown[]): Promise<T>
}

/** Serves one module of ./pages, after `scripts`, on an origin of its own. */
export async function serveModule(
  browser: Browser,
  module: string,
  { aliases = {}, scripts = [] }: { aliases?: Aliases; scripts?: string[] } = {}
): Promise<Site> {
  const texts = [...scripts, await bundle(module, aliases)]
  const tags = texts.map((_, i) => `<script src="/${i}.js"></script>`).join('')
  const server = createServer(({ url = '/' }, response) => {
    const script = texts[Number(/^\/(\d)\.js$/.exec(url)?.[1])]
    response.setHeader('Content-Type', script === undefined ? 'text/html' : 'text/javascript')
    response.end(
      script ?? `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${tags}`
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const pages: Page[] = []
  const faults: string[] = []
  return {
    faults,
    async open() {
      const page = await browser.newPage()
      pages.push(page)
      page.on('pageerror', (error) => faults.push(String(error)))
      await page.goto(origin)
      return { page, call: (name, ...given) => page.evaluate(callExported, name, given) as never }
    },
    async close() {
      for (const page of pages) if (!page.isClosed()) await page.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

/** Runs in the page; a failure comes back with its code, which is all that survives the way. */
async function callExported(name: string, given: unknown[]): Promise<unknown> {
  const { page } = globalThis as unknown as {
    page: Record<string, (...given: unknown[]) => unknown>
  }
  try {
    return await page[name]!(...given)
  } catch (error) {
    const { code } = error as { code?: string }
    throw code === undefined ? error : new Error(code)
  }
}
