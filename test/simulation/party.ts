// A process that may die: at any message it sends or takes, and at any write, before or after it. What a dead process
// still computes reaches nobody.

export interface Death {
  /** The party's step at which it dies, from 0. */
  at: number
  /** Does the step itself still happen? */
  after: boolean
}

/** One life of a process; after a restart there is another. */
export interface Life {
  alive: boolean
}

export abstract class Party {
  readonly name: string
  /** Steps taken so far: messages sent and taken, and writes. */
  steps = 0
  deaths: Death[] = []
  kills = 0
  life: Life = { alive: false }
  /** Something happened to it since it was last looked at. */
  isStirred = true

  constructor(name: string) {
    this.name = name
  }

  /** Takes one step of `life`, unless it dies before; tells whether it happened. */
  step(life: Life, action: () => void): boolean {
    if (!life.alive) return false
    const number = this.steps++
    this.isStirred = true
    const death = this.deaths.find(({ at }) => at === number)
    if (death !== undefined && !death.after) {
      this.kill()
      return false
    }
    action()
    if (death !== undefined) this.kill()
    return true
  }

  kill(): void {
    if (!this.life.alive) return
    this.life.alive = false
    this.kills++
    this.died()
  }

  /** The process is gone: whoever is connected learns it, and somebody starts it again. */
  protected abstract died(): void
}
