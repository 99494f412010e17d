import { describe, expect, test } from 'vitest'
import { age, bytes, change, epochAt, grouped, lasts, micros, percent, timeOf, tokens, whole } from '../src/exact'

describe('whole numbers', () => {
  test('are read to the digit, beyond what a double holds', () => {
    expect(whole('9007199254740993')).toBe(9007199254740993n)
    expect(grouped(whole('115792089237316195423570985008687907853269984665640564039457'))).toBe(
      '115,792,089,237,316,195,423,570,985,008,687,907,853,269,984,665,640,564,039,457',
    )
    expect(whole('-5')).toBe(-5n)
  })

  test.each([12, 1e21, null, undefined, '', '1.5', '1e3', '0x10', ' 1', '+1', '9'.repeat(81), {}, '<b>1</b>'])(
    'are nothing else: %j',
    (value) => {
      expect(() => whole(value)).toThrow('expected a whole number as a text')
    },
  )
})

test.each([
  [0n, '0 B'],
  [1023n, '1023 B'],
  [1024n, '1.00 KiB'],
  [1024n ** 2n - 1n, '1,023.99 KiB'],
  [1024n ** 2n, '1.00 MiB'],
  [1229n * 1024n, '1.20 MiB'],
  [109951162777n, '102.39 GiB'],
  [2n ** 63n - 1n, '7.99 EiB'],
  [2n ** 80n, '1,048,576.00 EiB'],
  [-2048n, '−2.00 KiB'],
])('%d bytes are %s: cut, never rounded up', (value, text) => {
  expect(bytes(value)).toBe(text)
})

test.each([
  [0n, 0n, '–'],
  [1n, 3n, '33.3 %'],
  [999_999n, 1_000_000n, '99.9 %'],
  [10n ** 30n, 10n ** 30n, '100.0 %'],
  [12n, 10n, '120.0 %'],
])('%d of %d is %s', (part, all, text) => {
  expect(percent(part, all)).toBe(text)
})

test.each([
  [0n, 0n, 'as before'],
  [5n, 0n, 'nothing before'],
  [150n, 100n, '+50.0 %'],
  [50n, 100n, '−50.0 %'],
  [10_000n, 10_001n, 'as before'],
  [3_000n, 1n, '+299,900.0 %'],
])('%d after %d is %s', (now, before, text) => {
  expect(change(now, before)).toBe(text)
})

test.each([
  [0n, '0'],
  [1n, '0.000000000000000001'],
  [700000000000000000n, '0.7'],
  [10n ** 18n, '1'],
  [1234567n * 10n ** 18n + 1n, '1,234,567.000000000000000001'],
  [-(10n ** 17n), '−0.1'],
  [10n ** 20n, '100'],
])('%d units are %s', (units, text) => {
  expect(tokens(units)).toBe(text)
})

test.each([
  [0n, 5n, 'nothing is left'],
  [-1n, 5n, 'nothing is left'],
  [5n, 0n, 'nothing was used of late'],
  [100n, 7000n, 'lasts less than a day at this pace'],
  [1000n, 7000n, 'lasts about 1 day at this pace'],
  [10n ** 20n, 10n ** 19n, 'lasts about 70 days at this pace'],
  [10n ** 30n, 1n, 'lasts more than ten years at this pace'],
])('%d left where %d went in a week: %s', (left, used, text) => {
  expect(lasts(left, used, 7)).toBe(text)
})

test('times are of a unit that people read', () => {
  expect([0, 999, 1500, 25_400, 1_000_000, 61_000_000].map(micros)).toEqual([
    '0 µs',
    '999 µs',
    '1.5 ms',
    '25 ms',
    '1.00 s',
    '61.00 s',
  ])
  expect([0, 1.9, 2, 119, 120, 7199, 7200].map(age)).toEqual([
    'just now',
    'just now',
    '2 s ago',
    '119 s ago',
    '2 min ago',
    '119 min ago',
    '2 h ago',
  ])
})

test('an epoch is where its time is', () => {
  const calibration = { genesis: 1_667_326_380_000, epoch: 30_000 }
  expect(epochAt(calibration, timeOf(calibration, 3_140_000))).toBe(3_140_000)
  expect(epochAt(calibration, timeOf(calibration, 3_140_000) + 29_999)).toBe(3_140_000)
  expect(epochAt(calibration, 0)).toBe(0)
})
