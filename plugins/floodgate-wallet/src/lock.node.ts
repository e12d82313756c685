// One wallet, one process. Each process puts down an empty file whose NAME says which process it is (pid and
// time of birth), then looks whether another's lies there: whoever comes second sees the first. A file whose
// process is gone is removed on the way, at once; as no living process has that name, this can never take
// away a lock that is held, and there is nothing to wait for after a kill -9. Two that start in the same
// instant may both be refused. It does not reach over machines or containers: do not share the file.

import { execFile } from 'node:child_process'
import { open, readFile, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { FloodgateError } from '@floodgate/protocol'

/** Takes the lock beside `path`; the result gives it back. Throws `wallet-in-use` with the owner's pid. */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const prefix = `${basename(path)}.lock-`
  const own = `${prefix}${process.pid}-${await birthOf(process.pid)}`
  const folder = dirname(path)
  await putDown(join(folder, own))
  const release = () => rm(join(folder, own), { force: true })
  try {
    for (const name of await readdir(folder)) {
      if (name === own || !name.startsWith(prefix)) continue
      const [pid = '', birth] = name.slice(prefix.length).split('-')
      const living = await birthOf(Number(pid))
      if (living !== undefined && living === birth) {
        throw new FloodgateError('wallet-in-use', `pid ${pid}`)
      }
      await rm(join(folder, name), { force: true })
    }
  } catch (error) {
    await release()
    throw error
  }
  return release
}

async function putDown(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new FloodgateError('wallet-in-use', 'this process')
  }
}

/**
 * A word that no other process with this pid has or had: with the boot it belongs to, when it started.
 * Undefined when no such process runs; a zombie runs no more.
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (process.platform === 'linux') return birthOnLinux(pid)
  return process.platform === 'win32' ? birthOnWindows(pid) : birthOnUnix(pid)
}

/** proc_pid_stat(5): field 3 is the state, field 22 the start time in ticks since boot. */
async function birthOnLinux(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    return `${boot.slice(0, 8)}.${fields[19]}`
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

async function birthOnUnix(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined
  const env = { ...process.env, LC_ALL: 'C' }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env })
  return stdout.replace(/[^A-Za-z0-9]+/g, '.')
}

/** Windows tells no cheap time of birth: there a pid in use counts as the owner's. */
async function birthOnWindows(pid: number): Promise<string | undefined> {
  return isAlive(pid) ? 'alive' : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
