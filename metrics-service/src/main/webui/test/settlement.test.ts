import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepToken, operator, order, type Plan, planned } from '../src/settlement'

const aside = (i: number) => ({
  dataSet: `fwss/${i}`,
  activity: 'report',
  reason: 'reverted',
  message: 'no',
  since: '2026-11-30T12:00:00Z',
  retryAt: null,
})

function answers(body: unknown) {
  const fetch = vi.fn(async (_path: string) => new Response(JSON.stringify(body)))
  vi.stubGlobal('fetch', fetch)
  return () => fetch.mock.calls.map(([path]) => path)
}

beforeEach(() => keepToken('operators-know-this'))
afterEach(() => {
  operator.forget()
  vi.unstubAllGlobals()
})

test('what is released is what was shown, and not what was set aside meanwhile', async () => {
  const asked = answers({ changed: false, dataSets: [aside(12), aside(13)] })

  const shown = await planned('set-asides/release', 'report')
  await order('set-asides/release', 'report', shown)

  expect(asked()).toEqual([
    '/api/v1/admin/settlement/set-asides/release?activity=report&dryRun=true',
    '/api/v1/admin/settlement/set-asides/release?activity=report&dataSet=fwss%2F12&dataSet=fwss%2F13&dryRun=false',
  ])
})

test('an order for none is not taken for one for all', async () => {
  const asked = answers({})
  const none: Plan = { says: [], items: [] }

  await expect(order('set-asides/retry', 'report', none)).rejects.toThrow('found none')
  expect(asked()).toEqual([])
})

test('more than one order names are told of, and left', async () => {
  answers({ changed: false, dataSets: Array.from({ length: 250 }, (_, i) => aside(i)) })

  const shown = await planned('set-asides/retry', 'report')

  expect(shown.says).toEqual(['100 of 250 data sets; the rest behind them.'])
  expect(shown.items).toHaveLength(100)
})

test('both sums are shown before money moves, and how many of the data sets are listed', async () => {
  answers({
    dataSets: 2,
    cdnOwed: '1500000000000000000',
    cacheMissOwed: '1',
    items: [{ dataSet: 'fwss/12', rail: 'cdn', owed: '1' }],
    findings: [],
  })

  expect((await planned('settle', 'report')).says).toEqual([
    '2 data sets, by what the contract says that they owe: 1.5 USDFC for egress, 0.000000000000000001 for bytes from providers.',
    'Listed: 1 of 2 data sets.',
  ])
})
