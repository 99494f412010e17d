/** Secrets that pages hold: in memory alone, for a while, and gone with the page. */
import { useEffect, useState } from 'preact/hooks'

const LONGEST_TIMER = 2 ** 31 - 1

/** Something that is kept until its time is over. */
export class Kept<T> {
  private value: T | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly watchers = new Set<(value: T | undefined) => void>()

  /** @param until in milliseconds since 1970 */
  keep(value: T, until: number) {
    this.tell(value)
    this.timer = setTimeout(() => this.forget(), Math.min(LONGEST_TIMER, Math.max(0, until - Date.now())))
  }

  forget() {
    this.tell(undefined)
  }

  get now(): T | undefined {
    return this.value
  }

  private tell(value: T | undefined) {
    clearTimeout(this.timer)
    this.value = value
    this.watchers.forEach((watcher) => watcher(value))
  }

  /** What is kept; a page that uses it is shown anew when that changes. */
  use(): T | undefined {
    const [value, setValue] = useState(this.value)
    useEffect(() => {
      setValue(() => this.value)
      this.watchers.add(setValue)
      return () => void this.watchers.delete(setValue)
    }, [this])
    return value
  }
}
