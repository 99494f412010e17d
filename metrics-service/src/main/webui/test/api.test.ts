import { afterEach, expect, test, vi } from 'vitest'
import { audit, latency, Problem, series, top } from '../src/api'

const signal = new AbortController().signal

function answers(body: unknown, status = 200) {
  const fetch = vi.fn(async (_path: string) => new Response(JSON.stringify(body), { status }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

afterEach(() => vi.unstubAllGlobals())

test('sums are exact', async () => {
  const fetch = answers([
    {
      from: '2026-11-30T00:00:00Z',
      served: {
        egressBytes: '9007199254740993',
        cacheMissBytes: '1',
        requests: '2',
        cacheMissRequests: '1',
        unbilledBytes: '0',
      },
    },
  ])
  const points = await series('total/all', 'day', 0, 86_400_000, signal)
  expect(fetch.mock.calls[0]?.[0]).toBe(
    '/api/v1/series/total/all?by=day&from=1970-01-01T00:00:00.000Z&to=1970-01-02T00:00:00.000Z',
  )
  expect(points[0]?.served.egress).toBe(9007199254740993n)
})

test('a refusal is a problem with its sentence and code', async () => {
  answers({ status: 404, code: 'data-set-unknown', detail: 'the data set fwss/99 is unknown' }, 404)
  await expect(audit('99', signal)).rejects.toMatchObject({
    message: 'the data set fwss/99 is unknown',
    status: 404,
    code: 'data-set-unknown',
  })
})

test.each([['<html>'], [undefined]])('what is no JSON is a problem: %j', async (body) => {
  vi.stubGlobal('fetch', async () => new Response(body, { status: 502 }))
  await expect(top('payer', 1, 10, signal)).rejects.toBeInstanceOf(Problem)
})

test.each([{}, [{}], [{ value: 'x', served: { egressBytes: 12, requests: '1' } }], null])(
  'an answer of another form is refused, not shown: %j',
  async (body) => {
    answers(body)
    await expect(top('payer', 1, 10, signal)).rejects.toThrow('expected')
  },
)

test('percentiles are absent where nothing was fetched', async () => {
  answers({ retrievals: '0' })
  expect(await latency(24, undefined, signal)).toEqual({ retrievals: 0n })
  const fetch = answers({ retrievals: '2', p50: 10, p90: 20, p95: 30, p99: 40 })
  expect(await latency(24, 'fwss/3', signal)).toEqual({ retrievals: 2n, p50: 10, p95: 30, p99: 40 })
  expect(fetch.mock.calls[0]?.[0]).toBe('/api/v1/latency?hours=24&provider=fwss/3')
})
