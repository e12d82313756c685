// The thread that owns the ledger file. Group commit: whatever waits is run in one SQL transaction, and nothing is
// answered before its COMMIT is on the disk. If a COMMIT fails nobody knows what the disk holds: the thread stops.
import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { LedgerError } from './errors.ts'
import { type ReadName, runRead } from './reads.ts'
import { execute } from './rules.ts'
import { openFile } from './sqlite-file.ts'
import type { Answer, FromWorker, Job, Refusal, WorkerOptions } from './sqlite-messages.ts'
import { SqliteView } from './sqlite-view.ts'

/** Bounds the time until the first of a group is answered. */
const groupJobsMax = 2000

const refusalOf = (error: unknown): Refusal =>
  error instanceof LedgerError
    ? { code: error.code, detail: error.detail }
    : { code: 'store-failed', detail: String(error) }

function runJob(view: SqliteView, job: Job): Answer {
  const { id } = job
  try {
    if ('command' in job) return { id, value: execute(view, job.command) }
    if ('read' in job) return { id, value: runRead(view, job.read as ReadName, job.args as never) }
    return { id, value: undefined }
  } catch (error) {
    return { id, refusal: refusalOf(error) }
  }
}

function runGroup(database: DatabaseSync, view: SqliteView, jobs: Job[]): Answer[] {
  database.exec('BEGIN IMMEDIATE')
  const answers = jobs.map((job) => runJob(view, job))
  view.flush()
  database.exec('COMMIT')
  view.trim()
  return answers
}

/** Copies the file as it is between two commits. Commands wait meanwhile, about a second for 100 MB. */
function runBackup(database: DatabaseSync, id: number, path: string): Answer {
  try {
    database.prepare('VACUUM INTO ?').run(path)
    return { id, value: undefined }
  } catch (error) {
    return { id, refusal: refusalOf(error) }
  }
}

/** Takes what has arrived, first come first served, up to a group (and the rest of the last message). */
function takeJobs(port: MessagePort, first: Job[]): Job[] {
  const jobs = [...first]
  while (jobs.length < groupJobsMax) {
    const next: { message: Job[] } | undefined = receiveMessageOnPort(port)
    if (!next) break
    jobs.push(...next.message)
  }
  return jobs
}

function serve(port: MessagePort, { path, currency }: WorkerOptions): void {
  const say = (message: FromWorker) => port.postMessage(message)
  let database: DatabaseSync
  try {
    database = openFile(path, currency)
  } catch (error) {
    say({ failed: refusalOf(error) })
    return port.close()
  }
  const view = new SqliteView(database, currency)
  port.on('message', (first: Job[]) => {
    const jobs = takeJobs(port, first)
    const grouped = jobs.filter((job) => !('backup' in job))
    const answers = runGroup(database, view, grouped)
    for (const job of jobs) {
      if ('backup' in job) answers.push(runBackup(database, job.id, job.backup))
    }
    const last = jobs.some((job) => 'close' in job)
    if (last) database.close()
    say({ answers })
    if (last) port.close()
  })
  say({ opened: true })
}

if (parentPort) serve(parentPort, workerData as WorkerOptions)
