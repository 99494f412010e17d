import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Kept } from '../src/kept'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a secret is forgotten when its time is over', () => {
  const kept = new Kept<string>()
  kept.keep('secret', Date.now() + 1000)

  vi.advanceTimersByTime(999)
  expect(kept.now).toBe('secret')
  vi.advanceTimersByTime(1)
  expect(kept.now).toBeUndefined()
})

test('a secret is forgotten by the clock where the computer slept and no timer ran', () => {
  const kept = new Kept<string>()
  kept.keep('secret', Date.now() + 1000)

  vi.setSystemTime(Date.now() + 1000)

  expect(kept.now).toBeUndefined()
})
