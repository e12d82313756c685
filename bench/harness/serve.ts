// A child process that does jobs on demand: the child's side. It ends when its parent lets go of it, and not before: a
// SIGINT at the terminal reaches parent and children alike, and the parent decides.

import type { Jobs, Question, Reply } from './actor.ts'

/** Serves the jobs until the parent ends; `close` then puts things away. */
export function serve(jobs: Jobs, close: () => Promise<void> = async () => undefined): void {
  const send = (reply: Reply): void => {
    if (process.connected) process.send?.(reply)
  }
  const answer = async ({ id, job, given }: Question): Promise<void> => {
    try {
      const work = jobs[job]
      if (work === undefined) throw new Error(`no job ${job}`)
      send({ id, value: await work(given as never) })
    } catch (error) {
      send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  process.on('message', (question: Question) => void answer(question))
  process.on('SIGINT', () => undefined)
  process.once('disconnect', () => {
    const leave = (): never => process.exit()
    close().then(leave, leave)
  })
  send({ id: 0, value: undefined })
}
