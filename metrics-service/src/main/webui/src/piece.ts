/** A try of a piece's URL: its first bytes, fetched from an edge, and what the edge said. */
import { optional, Problem } from './api'

/** The most bytes that a try takes. */
export const MOST_TRIED = 64 << 10

/** The most characters of a text that are shown. */
const MOST_SHOWN = 4_000

const PATIENCE = 30_000

export interface Tried {
  status: number
  /** The reason of a refusal, and what it means. */
  code: string | undefined
  detail: string | undefined
  /** The media type, without parameters. */
  type: string
  /** The bytes of the whole piece; absent of a refusal. */
  size: bigint | undefined
  /** The source of the bytes, as Cache-Status (RFC 9211) has it. */
  cache: string | undefined
  dataSet: string | undefined
  /** Milliseconds to the head of the answer, and to the last byte that was taken. */
  head: number
  all: number
  bytes: Uint8Array<ArrayBuffer>
}

/** Fetches the beginning of a piece, past the browser's cache and without anything that tells who asks. */
export async function tryPiece(url: string): Promise<Tried> {
  const begin = performance.now()
  const signal = AbortSignal.timeout(PATIENCE)
  try {
    const answer = await fetch(url, {
      headers: { Range: `bytes=0-${MOST_TRIED - 1}` },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal,
    })
    const head = performance.now() - begin
    const bytes = await upTo(MOST_TRIED, answer)
    const header = (name: string) => answer.headers.get(name) ?? undefined
    return {
      status: answer.status,
      code: header('X-Error-Code'),
      detail: answer.ok ? undefined : detail(bytes),
      type: (header('Content-Type') ?? '').replace(/;.*/, '').trim().toLowerCase(),
      size: answer.ok ? size(header('Content-Range'), header('Content-Length')) : undefined,
      cache: header('Cache-Status'),
      dataSet: header('X-Data-Set-ID'),
      head,
      all: performance.now() - begin,
      bytes,
    }
  } catch {
    throw new Problem(
      signal.aborted ? `The edge did not answer within ${PATIENCE / 1000} s.` : 'The edge does not answer, or breaks off.',
    )
  }
}

/** The first bytes of a body; what comes behind them is not taken, whatever was asked for. */
async function upTo(most: number, answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(most)
  const reader = answer.body?.getReader()
  let at = 0
  while (reader !== undefined && at < most) {
    const { done, value } = await reader.read()
    if (done) break
    const part = value.subarray(0, most - at)
    bytes.set(part, at)
    at += part.length
  }
  await reader?.cancel()
  return bytes.subarray(0, at)
}

function size(range: string | undefined, length: string | undefined): bigint | undefined {
  const told = /\/([0-9]{1,19})$/.exec(range ?? '')?.[1] ?? length
  return told !== undefined && /^[0-9]{1,19}$/.test(told) ? BigInt(told) : undefined
}

function detail(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    return optional(JSON.parse(decoded(bytes))?.detail)
  } catch {
    return undefined
  }
}

const decoded = (bytes: Uint8Array<ArrayBuffer>) => new TextDecoder().decode(bytes)

/** The way in which a browser shows a piece. */
export type Preview = { kind: 'image' | 'audio' | 'video' } | { kind: 'text'; text: string } | { kind: 'none' }

/** The way in which a piece that was tried can be shown. */
export function preview({ type, bytes }: Pick<Tried, 'type' | 'bytes'>): Preview {
  const [kind] = type.split('/')
  if (kind === 'image' || kind === 'audio' || kind === 'video') return { kind }
  if (kind === 'text' || type === 'application/json' || type.endsWith('+json')) {
    return { kind: 'text', text: decoded(bytes).slice(0, MOST_SHOWN) }
  }
  return { kind: 'none' }
}
