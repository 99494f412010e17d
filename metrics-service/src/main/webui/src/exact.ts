/**
 * Exact numbers, as people read them. Bytes, counts and amounts are BigInt from the API's decimal texts on; what is shown
 * of them is cut, never rounded up, and the exact number stands beside it.
 */

const WHOLE = /^-?[0-9]{1,80}$/

/** Reads a decimal text of the API. */
export function whole(text: unknown): bigint {
  if (typeof text !== 'string' || !WHOLE.test(text)) {
    throw new TypeError(`expected a whole number as a text, found ${JSON.stringify(text)?.slice(0, 50)}`)
  }
  return BigInt(text)
}

const GROUPED = new Intl.NumberFormat('en')

/** Every digit, in groups: 1,234,567. */
export function grouped(value: bigint): string {
  return GROUPED.format(value)
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** Bytes in the largest unit that leaves a digit before the point, cut to two digits behind it: 1.17 MiB. */
export function bytes(value: bigint): string {
  const size = value < 0n ? -value : value
  const unit = UNITS.findLastIndex((_, i) => i === 0 || size >> BigInt(10 * i) > 0n)
  const sign = value < 0n ? '−' : ''
  if (unit === 0) return `${sign}${size} B`
  return `${sign}${decimal((size * 100n) >> BigInt(10 * unit), 2)} ${UNITS[unit]}`
}

const WRITTEN = /^([0-9]{1,18}) ?(B|KiB|MiB|GiB|TiB|PiB|)$/

/** The bytes that somebody wrote: 1000, 500 MiB; nothing where it is no such text. */
export function bytesOf(text: string): bigint | undefined {
  const [, digits, unit] = WRITTEN.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  return BigInt(digits) << BigInt(10 * Math.max(0, UNITS.indexOf(unit ?? '')))
}

/** The units of a token with 18 decimals that somebody wrote: 0.25; nothing where it is no such text. */
export function tokensOf(text: string): bigint | undefined {
  const [, ones, part = ''] = /^([0-9]{1,18})(?:\.([0-9]{1,18}))?$/.exec(text.trim()) ?? []
  return ones === undefined ? undefined : BigInt(ones + part.padEnd(18, '0'))
}

/** A part of a whole, cut to a tenth of a percent; nothing where there is no whole. */
export function percent(part: bigint, all: bigint): string {
  return all === 0n ? '–' : `${decimal((part * 1000n) / all, 1)} %`
}

/** The change since before, to a tenth of a percent. */
export function change(now: bigint, before: bigint): string {
  if (before === 0n) return now === 0n ? 'as before' : 'nothing before'
  const tenths = ((now - before) * 1000n) / before
  if (tenths === 0n) return 'as before'
  return `${tenths > 0n ? '+' : '−'}${decimal(tenths > 0n ? tenths : -tenths, 1)} %`
}

/** An amount of a token with 18 decimals, every digit of it. */
export function tokens(units: bigint): string {
  const text = decimal(units < 0n ? -units : units, 18).replace(/\.?0+$/, '')
  return (units < 0n ? '−' : '') + (text === '' ? '0' : text)
}

/** A number that is `scaled` / 10^digits. */
function decimal(scaled: bigint, digits: number): string {
  const one = 10n ** BigInt(digits)
  return `${grouped(scaled / one)}.${String(scaled % one).padStart(digits, '0')}`
}

/** The days for which `left` lasts where `used` went in `days`. */
export function lasts(left: bigint, used: bigint, days: number): string {
  if (left <= 0n) return 'nothing is left'
  if (used <= 0n) return 'nothing was used of late'
  const lasting = (left * BigInt(days)) / used
  if (lasting === 0n) return 'lasts less than a day at this pace'
  if (lasting > 3650n) return 'lasts more than ten years at this pace'
  return `lasts about ${lasting} ${lasting === 1n ? 'day' : 'days'} at this pace`
}

/** What `used` bytes in `days` come to in 30 days, at a price of 2^40 bytes; as the contract reckons, by the byte. */
export function monthly(used: bigint, days: number, perTib: bigint): bigint {
  return (((perTib >> 40n) * used) * 30n) / BigInt(days)
}

/** The bytes that an amount buys at a price of 2^40 bytes. */
export function buys(amount: bigint, perTib: bigint): bigint {
  return perTib === 0n ? 0n : (amount << 40n) / perTib
}

/** Microseconds, in a unit that people read. */
export function micros(value: number): string {
  if (value < 1000) return `${value} µs`
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} ms`
  return `${(value / 1_000_000).toFixed(2)} s`
}

/** Seconds since then, as people say it. */
export function age(seconds: number): string {
  if (seconds < 2) return 'just now'
  if (seconds < 120) return `${Math.floor(seconds)} s ago`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ago`
  return `${Math.floor(seconds / 3600)} h ago`
}

/** The clock of a chain: epoch 0 and how long an epoch is, in milliseconds. */
export interface ChainClock {
  genesis: number
  epoch: number
}

export function epochAt(clock: ChainClock, time: number): number {
  return Math.max(0, Math.floor((time - clock.genesis) / clock.epoch))
}

/** The time at which an epoch begins. */
export function timeOf(clock: ChainClock, epoch: number): number {
  return clock.genesis + epoch * clock.epoch
}
