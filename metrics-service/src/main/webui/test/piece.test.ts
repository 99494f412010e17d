import { afterEach, expect, test, vi } from 'vitest'
import { MOST_TRIED, preview, tryPiece } from '../src/piece'

const URL = 'http://localhost:8400/0xaa/bafkzcib'
const bytes = (text: string) => new TextEncoder().encode(text)

function answers(body: BodyInit, status: number, headers: Record<string, string>) {
  const fetch = vi.fn(async (_url: string, _init: RequestInit) => new Response(body, { status, headers }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

afterEach(() => vi.unstubAllGlobals())

test('a try asks for the first bytes, by nobody', async () => {
  const fetch = answers('hello', 206, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Range': 'bytes 0-4/9007199254740993',
    'Cache-Status': 'edge-0; hit',
    'X-Data-Set-ID': 'fwss/12',
  })

  const tried = await tryPiece(URL)

  expect(fetch.mock.calls[0]?.[1]).toMatchObject({
    headers: { Range: 'bytes=0-65535' },
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
  })
  expect(tried).toMatchObject({ status: 206, type: 'text/plain', size: 9007199254740993n, cache: 'edge-0; hit', dataSet: 'fwss/12' })
  expect(preview(tried)).toEqual({ kind: 'text', text: 'hello' })
})

test('a refusal is told with its code and what it means', async () => {
  answers('{"detail":"top it up"}', 402, { 'X-Error-Code': 'cdn-quota-exhausted', 'Content-Type': 'application/problem+json' })
  expect(await tryPiece(URL)).toMatchObject({ status: 402, code: 'cdn-quota-exhausted', detail: 'top it up', size: undefined })
  answers('<html>', 503, {})
  expect(await tryPiece(URL)).toMatchObject({ status: 503, code: undefined, detail: undefined })
})

test('more than was asked for is not taken', async () => {
  answers(new Uint8Array(3 * MOST_TRIED), 200, { 'Content-Length': String(3 * MOST_TRIED) })
  const tried = await tryPiece(URL)
  expect(tried.bytes.length).toBe(MOST_TRIED)
  expect(tried.size).toBe(BigInt(3 * MOST_TRIED))
})

test('no answer is a problem', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  await expect(tryPiece(URL)).rejects.toThrow('The edge does not answer, or breaks off.')
})

test.each([
  ['image/svg+xml', 'image'],
  ['image/png', 'image'],
  ['video/mp4', 'video'],
  ['audio/mpeg', 'audio'],
  ['text/html', 'text'],
  ['application/ld+json', 'text'],
  ['application/octet-stream', 'none'],
  ['', 'none'],
])('%s is shown as %s', (type, kind) => expect(preview({ type, bytes: bytes('<b>') }).kind).toBe(kind))
