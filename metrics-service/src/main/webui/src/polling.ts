/** Answers that are asked for again and again, as long as somebody looks. */
import { useEffect, useState } from 'preact/hooks'
import { Problem } from './api'

/** The last answer, its time, and what has gone wrong since then. */
export interface Polled<T> {
  data?: T
  /** In milliseconds since 1970. */
  at?: number
  problem?: Problem
}

/** The pause between questions about what is counted, in milliseconds. */
export const LIVE = 1_000

const LONGEST_PAUSE = 30_000

/** The pause before the next question, which doubles with each that failed in a row. */
export function pause(every: number, failures: number): number {
  return Math.max(every, Math.min(LONGEST_PAUSE, every * 2 ** Math.min(failures, 10)))
}

/**
 * Asks at once, `every` milliseconds after each answer, and when the page is shown again or the network is back. A page that
 * nobody looks at asks nothing. What was known stays while nobody answers.
 *
 * @param key what is asked for: where it changes, all that was known of another is forgotten
 */
export function usePolled<T>(key: string, every: number, ask: (signal: AbortSignal) => Promise<T>): Polled<T> {
  const [known, setKnown] = useState<{ key: string; polled: Polled<T> }>({ key, polled: {} })
  useEffect(() => {
    const ended = new AbortController()
    let failures = 0
    let asking = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = (next: (polled: Polled<T>) => Polled<T>) =>
      ended.signal.aborted ||
      setKnown((before) => ({ key, polled: next(before.key === key ? before.polled : {}) }))
    const again = async () => {
      clearTimeout(timer)
      if (asking || ended.signal.aborted || document.visibilityState === 'hidden') return
      asking = true
      try {
        const data = await ask(ended.signal)
        failures = 0
        tell(() => ({ data, at: Date.now() }))
      } catch (cause) {
        failures++
        const problem = cause instanceof Problem ? cause : new Problem(`The answer cannot be read: ${cause}`)
        tell((before) => ({ ...before, problem }))
      }
      asking = false
      if (!ended.signal.aborted) timer = setTimeout(again, pause(every, failures))
    }
    void again()
    document.addEventListener('visibilitychange', again, { signal: ended.signal })
    window.addEventListener('online', again, { signal: ended.signal })
    return () => {
      ended.abort()
      clearTimeout(timer)
    }
  }, [key, every])
  return known.key === key ? known.polled : {}
}

/** The time, again every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
