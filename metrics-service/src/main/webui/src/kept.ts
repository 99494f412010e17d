/** Secrets that pages hold: in memory alone, for a while, and gone with the page. */
import { useEffect, useState } from 'preact/hooks'

const LONGEST_TIMER = 2 ** 31 - 1

/** Something that is kept until its time is over. */
export class Kept<T> {
  private value: T | undefined
  private until = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly watchers = new Set<(value: T | undefined) => void>()

  /** @param until in milliseconds since 1970 */
  keep(value: T, until: number) {
    this.until = until
    this.tell(value)
    this.timer = setTimeout(() => this.forget(), Math.min(LONGEST_TIMER, Math.max(0, until - Date.now())))
  }

  forget() {
    this.tell(undefined)
  }

  /** Timers of a page that is hidden, or of a computer that sleeps, come late or not at all: the clock decides. */
  get now(): T | undefined {
    if (this.value !== undefined && Date.now() >= this.until) this.forget()
    return this.value
  }

  private tell(value: T | undefined) {
    clearTimeout(this.timer)
    this.value = value
    this.watchers.forEach((watcher) => watcher(value))
  }

  /** What is kept; a page that uses it is shown anew when that changes. */
  use(): T | undefined {
    const [value, setValue] = useState(this.now)
    useEffect(() => {
      const look = () => setValue(() => this.now)
      look()
      this.watchers.add(setValue)
      document.addEventListener('visibilitychange', look)
      return () => {
        this.watchers.delete(setValue)
        document.removeEventListener('visibilitychange', look)
      }
    }, [this])
    return value
  }
}
