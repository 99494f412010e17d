/** The times that the overview is about. */
import { NONE, plus, type Point, type Sums } from './api'

export interface Period {
  name: string
  by: 'hour' | 'day'
  /** The number of hours or days. */
  count: number
  /** Days of the API's answers that know days only; today in UTC is one of them. */
  days: number
}

export const PERIODS: Record<string, Period> = {
  '24h': { name: '24 hours', by: 'hour', count: 24, days: 1 },
  '7d': { name: '7 days', by: 'day', count: 7, days: 7 },
  '30d': { name: '30 days', by: 'day', count: 30, days: 30 },
  '90d': { name: '90 days', by: 'day', count: 90, days: 90 },
}

export const USUAL = '24h'

const LENGTH = { hour: 3_600_000, day: 86_400_000 }

/** The beginnings of the hours or days that end with the one that `now` is in, the oldest first. */
export function bucketsOf(period: Period, now: number): number[] {
  const length = LENGTH[period.by]
  const last = now - (now % length)
  return Array.from({ length: period.count }, (_, i) => last - (period.count - 1 - i) * length)
}

/** The same hours or days, as many before them. */
export function bucketsBefore(period: Period, buckets: number[]): number[] {
  return buckets.map((from) => from - period.count * LENGTH[period.by])
}

/** The sums of each bucket; nothing where the API left one out. */
export function fill(buckets: number[], points: Point[]): Sums[] {
  const known = new Map(points.map((point) => [point.from, point.served]))
  return buckets.map((from) => known.get(from) ?? NONE)
}

/** The sums of the hours or days that are over: the one that is now is not held against a whole one. */
export function over(all: Sums[]): Sums {
  return sum(all.slice(0, -1))
}

/** What went in the hours or days of a period, and in how many since the first use of all that is known. */
export interface Pace {
  served: Sums
  count: number
}

/** @param points also of times before the period */
export function pace(period: Period, points: Point[], now: number): Pace {
  const buckets = bucketsOf(period, now)
  const first = Math.min(...points.map((point) => point.from))
  const since = buckets.filter((from) => from >= first).length
  return { served: sum(fill(buckets, points)), count: since === 0 ? period.count : since }
}

export function sum(all: Sums[]): Sums {
  return all.reduce(plus, NONE)
}
