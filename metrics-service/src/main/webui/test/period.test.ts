import { expect, test } from 'vitest'
import { NONE, type Sums } from '../src/api'
import { bucketsBefore, bucketsOf, fill, over, pace, PERIODS, type Period, sum } from '../src/period'
import { pause } from '../src/polling'

const NOW = Date.parse('2026-11-30T14:37:21Z')
const day = PERIODS['24h'] as Period
const week = PERIODS['7d'] as Period
const served = (egress: bigint): Sums => ({ ...NONE, egress, requests: 1n })

test('hours end with the one that is now, days with today in UTC', () => {
  const hours = bucketsOf(day, NOW)
  expect(hours).toHaveLength(24)
  expect(hours.at(-1)).toBe(Date.parse('2026-11-30T14:00:00Z'))
  expect(hours[0]).toBe(Date.parse('2026-11-29T15:00:00Z'))
  expect(bucketsOf(week, NOW)[0]).toBe(Date.parse('2026-11-24T00:00:00Z'))
})

test('the period before ends where this one begins', () => {
  const hours = bucketsOf(day, NOW)
  const before = bucketsBefore(day, hours)
  expect(before).toHaveLength(24)
  expect((before.at(-1) as number) + 3_600_000).toBe(hours[0])
})

test('what the API leaves out is nothing, and no point counts twice', () => {
  const days = bucketsOf(week, NOW)
  const points = [
    { from: days[1] as number, served: served(2n ** 60n) },
    { from: days[6] as number, served: served(1n) },
    { from: (days[0] as number) - 86_400_000, served: served(99n) },
  ]
  const filled = fill(days, points)
  expect(filled.map((s) => s.egress)).toEqual([0n, 2n ** 60n, 0n, 0n, 0n, 0n, 1n])
  expect(sum(filled)).toEqual({ ...NONE, egress: 2n ** 60n + 1n, requests: 2n })
})

test('an hour or day that is not over is not held against a whole one', () => {
  expect(over([served(1n), served(2n), served(99n)])).toEqual({ ...NONE, egress: 3n, requests: 2n })
})

test('a pace is that of the days since the first use', () => {
  const days = bucketsOf(week, NOW)
  const today = { from: days[6] as number, served: served(70n) }
  const yesterday = { from: days[5] as number, served: served(1n) }
  const earlier = { from: (days[0] as number) - 86_400_000, served: served(99n) }

  expect(pace(week, [today], NOW)).toMatchObject({ count: 1, served: { egress: 70n } })
  expect(pace(week, [yesterday, today], NOW)).toMatchObject({ count: 2, served: { egress: 71n } })
  expect(pace(week, [earlier, today], NOW)).toMatchObject({ count: 7, served: { egress: 70n } })
  expect(pace(week, [], NOW)).toEqual({ count: 7, served: NONE })
})

test('whoever does not answer is asked less and less often, up to a bound', () => {
  expect([0, 1, 2, 3, 4, 50].map((failures) => pause(2000, failures))).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000])
  expect(pause(60_000, 3)).toBe(60_000)
})
