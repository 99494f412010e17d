/** The metrics service's API. What it answers is read into exact numbers here, and nowhere else. */
import { type ChainClock, whole } from './exact'

/** A refusal by the API, or no answer. */
export class Problem extends Error {
  constructor(
    message: string,
    /** As in RFC 9457; absent where nothing was answered. */
    readonly status?: number,
    readonly code?: string,
  ) {
    super(message)
  }
}

const PATIENCE = 10_000

interface Call {
  method?: 'GET' | 'POST' | 'DELETE'
  /** What goes behind Bearer. */
  token?: string
  body?: unknown
  signal?: AbortSignal
  /** The time for an answer, in milliseconds. */
  patience?: number
  /** A status besides those of success whose answer is one. */
  also?: number
}

/** The JSON of an answer; nothing of an empty one. */
export async function call(path: string, { method = 'GET', token, body, signal, patience = PATIENCE, also }: Call = {}): Promise<any> {
  const over = AbortSignal.timeout(patience)
  const answer = await fetch(path, {
    method,
    headers: {
      Accept: 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal === undefined ? over : AbortSignal.any([signal, over]),
  }).catch(() => {
    throw new Problem('The service does not answer.')
  })
  if (answer.status === 204) return undefined
  const told = await answer.json().catch(() => {
    throw new Problem(`The service's answer cannot be read (status ${answer.status}).`)
  })
  if (!answer.ok && answer.status !== also) throw new Problem(text(told?.detail), answer.status, text(told?.code))
  return told
}

async function get(path: string, signal: AbortSignal): Promise<any> {
  return call(path, { signal })
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function list<T>(value: unknown, read: (item: any) => T): T[] {
  if (!Array.isArray(value)) throw new TypeError('expected a list')
  return value.map(read)
}

/** A time of the API in milliseconds since 1970; nothing where there is none. */
export function time(value: unknown): number | undefined {
  return typeof value === 'string' ? Date.parse(value) : undefined
}

/** A whole number that the API has as one; nothing where there is none. */
export function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

/** A part of a list that the service has in pages. */
export interface PageOf<T> {
  of: T[]
  /** The place where the next page begins; absent on the last. */
  next?: string
}

/**
 * A page of the API.
 *
 * @param name what the list is called in it
 */
export function page<T>(json: any, name: string, read: (item: any) => T): PageOf<T> {
  return { of: list(json?.[name], read), ...(json?.next != null && { next: String(json.next) }) }
}

/** The query for a page: so many items, behind the last one that was seen. */
export function pageQuery(limit: number, after: string | undefined): string {
  return `limit=${limit}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`
}

/** The sums of what was served, as ServedSums of the API. */
export interface Sums {
  egress: bigint
  miss: bigint
  requests: bigint
  missRequests: bigint
  unbilled: bigint
}

export const NONE: Sums = { egress: 0n, miss: 0n, requests: 0n, missRequests: 0n, unbilled: 0n }

export function plus(one: Sums, other: Sums): Sums {
  return {
    egress: one.egress + other.egress,
    miss: one.miss + other.miss,
    requests: one.requests + other.requests,
    missRequests: one.missRequests + other.missRequests,
    unbilled: one.unbilled + other.unbilled,
  }
}

function sums(json: any): Sums {
  return {
    egress: whole(json?.egressBytes),
    miss: whole(json?.cacheMissBytes),
    requests: whole(json?.requests),
    missRequests: whole(json?.cacheMissRequests),
    unbilled: whole(json?.unbilledBytes),
  }
}

/** The sums of the hour or day that begins at `from`, in milliseconds since 1970. */
export interface Point {
  from: number
  served: Sums
}

export async function series(
  of: string,
  by: 'hour' | 'day',
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Point[]> {
  const times = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`
  return list(await get(`/api/v1/series/${of}?by=${by}&${times}`, signal), (point) => ({
    from: Date.parse(text(point?.from)),
    served: sums(point?.served),
  }))
}

export type Dimension = 'data-set' | 'payer' | 'provider' | 'country' | 'edge'

export interface Ranked {
  value: string
  egress: bigint
  count: bigint
  /** Requests that started a fetch from a provider; absent of what is not told by requests. */
  misses?: bigint
}

export async function top(dimension: Dimension, days: number, limit: number, signal: AbortSignal): Promise<Ranked[]> {
  return list(await get(`/api/v1/top/${dimension}?days=${days}&limit=${limit}`, signal), (ranked) => ({
    value: text(ranked?.value),
    egress: whole(ranked?.served?.egressBytes),
    count: whole(ranked?.served?.requests),
    misses: whole(ranked?.served?.cacheMissRequests),
  }))
}

export async function topPieces(days: number, signal: AbortSignal): Promise<Ranked[]> {
  return list(await get(`/api/v1/top-pieces?days=${days}&limit=10`, signal), (piece) => ({
    value: text(piece?.piece),
    egress: whole(piece?.egressBytes),
    count: whole(piece?.retrievals),
  }))
}

/** Times to the first byte in microseconds; absent where there were no retrievals. */
export interface Latency {
  retrievals: bigint
  p50?: number
  p95?: number
  p99?: number
}

export async function latency(hours: number, provider: string | undefined, signal: AbortSignal): Promise<Latency> {
  const of = provider === undefined ? '' : `&provider=${provider}`
  const json = await get(`/api/v1/latency?hours=${hours}${of}`, signal)
  const times = { p50: json.p50, p95: json.p95, p99: json.p99 }
  return {
    retrievals: whole(json.retrievals),
    ...Object.fromEntries(Object.entries(times).filter(([, micros]) => Number.isSafeInteger(micros))),
  }
}

/** One of the two kinds of bytes of a data set. */
export interface Bytes {
  granted: bigint
  used: bigint
  remaining: bigint
  reported: bigint
  unreported: bigint
  /** The price of what was used, in USDFC. */
  cost: bigint
  settled: bigint
  owed: bigint
  /** The epoch in which its rail ends; absent while it lives. */
  railEnds: number | undefined
}

export interface DataSet {
  id: string
  provider?: string
  withCdn: boolean
  deleted: boolean
  cdn: Bytes
  cacheMiss: Bytes
}

function part(json: any): Bytes {
  return {
    granted: whole(json?.granted),
    used: whole(json?.used),
    remaining: whole(json?.remaining),
    reported: whole(json?.reported),
    unreported: whole(json?.unreported),
    cost: whole(json?.cost),
    settled: whole(json?.settled),
    owed: whole(json?.owed),
    railEnds: count(json?.railEnds),
  }
}

export async function dataSetsOf(payer: string, after: string | undefined, signal: AbortSignal): Promise<PageOf<DataSet>> {
  return page(await get(`/api/v1/payers/${payer}/data-sets?${pageQuery(10, after)}`, signal), 'dataSets', (account) => ({
    id: text(account?.dataSet),
    ...(typeof account?.provider === 'string' && { provider: account.provider }),
    withCdn: account?.withCdn === true,
    deleted: account?.deleted === true,
    cdn: part(account?.cdn),
    cacheMiss: part(account?.cacheMiss),
  }))
}

export interface PayerTotals {
  requests: bigint
  missRequests: bigint
  egress: bigint
  miss: bigint
  remainingCdn: bigint
  remainingMiss: bigint
}

export async function payerTotals(payer: string, signal: AbortSignal): Promise<PayerTotals> {
  const json = await get(`/payer/${payer}`, signal)
  return {
    requests: whole(json.totalRequests),
    missRequests: whole(json.cacheMissRequests),
    egress: whole(json.totalEgressBytes),
    miss: whole(json.cacheMissEgressBytes),
    remainingCdn: whole(json.remainingCDNEgressBytes),
    remainingMiss: whole(json.remainingCacheMissEgressBytes),
  }
}

export interface Storage {
  pieces: bigint
  bytes: bigint
  /** A day as 2026-11-30, in UTC. */
  uploads: { day: string; pieces: bigint; bytes: bigint }[]
}

export async function storage(payer: string, signal: AbortSignal): Promise<Storage> {
  const json = await get(`/api/v1/payers/${payer}/storage?days=30`, signal)
  return {
    pieces: whole(json.pieces),
    bytes: whole(json.pinnedBytes),
    uploads: list(json.uploads, (day) => ({
      day: text(day?.day),
      pieces: whole(day?.pieces),
      bytes: whole(day?.bytes),
    })),
  }
}

/** Bytes that a provider supplied. */
export interface Supply {
  verified: bigint
  unverified: bigint
  unverifiedRequests: bigint
}

export async function supply(provider: string, signal: AbortSignal): Promise<Supply> {
  const json = await get(`/api/v1/providers/${provider}/supply`, signal)
  return {
    verified: whole(json.verified),
    unverified: whole(json.unverified),
    unverifiedRequests: whole(json.unverifiedRequests),
  }
}

export interface Statement {
  bytes: bigint
  owed: bigint
  settled: bigint
  lines: { dataSet: string; bytes: bigint; owed: bigint; settled: bigint }[]
}

/** Where a provider's statement is, as JSON or as a table for spreadsheets. */
export function statementPath(provider: string, format: 'json' | 'csv'): string {
  return `/api/v1/providers/${provider}/statement?format=${format}`
}

export async function statement(provider: string, signal: AbortSignal): Promise<Statement> {
  const json = await get(statementPath(provider, 'json'), signal)
  return {
    bytes: whole(json.bytes),
    owed: whole(json.owed),
    settled: whole(json.settled),
    lines: list(json.dataSets, (line) => ({
      dataSet: text(line?.dataSet),
      bytes: whole(line?.bytes),
      owed: whole(line?.owed),
      settled: whole(line?.settled),
    })),
  }
}

/** One of the two kinds of bytes in the audit of a data set. */
export interface Audited {
  egress: bigint
  odometer: bigint
  granted: bigint
  held: bigint
  remaining: bigint
  reported: bigint
  unreported: bigint
  settled: bigint
  holders: { edge: string; expiresAt: number; held: bigint }[]
}

export interface Audit {
  id: string
  /** Epochs; absent while nothing was counted or reported. */
  asOf?: number
  lastReported?: number
  cdn: Audited
  cacheMiss: Audited
  differences: string[]
}

function audited(json: any): Audited {
  return {
    egress: whole(json?.egress),
    odometer: whole(json?.odometer),
    granted: whole(json?.granted),
    held: whole(json?.held),
    remaining: whole(json?.remaining),
    reported: whole(json?.reported),
    unreported: whole(json?.unreported),
    settled: whole(json?.settled),
    holders: list(json?.holders, (holder) => ({
      edge: text(holder?.edge),
      expiresAt: Date.parse(text(holder?.expiresAt)),
      held: whole(holder?.held),
    })),
  }
}

export async function audit(dataSet: string, signal: AbortSignal): Promise<Audit> {
  const json = await get(`/api/v1/audit/${dataSet}`, signal)
  return {
    id: text(json.dataSet),
    ...(Number.isSafeInteger(json.asOf) && { asOf: json.asOf }),
    ...(Number.isSafeInteger(json.lastReportedEpoch) && { lastReported: json.lastReportedEpoch }),
    cdn: audited(json.cdn),
    cacheMiss: audited(json.cacheMiss),
    differences: list(json.differences, text),
  }
}

export interface Unbilled {
  reason: string
  requests: bigint
  bytes: bigint
  fill: bigint
}

export async function unbilled(signal: AbortSignal): Promise<Unbilled[]> {
  return list(await get('/api/v1/unbilled', signal), (sum) => ({
    reason: text(sum?.reason),
    requests: whole(sum?.requests),
    bytes: whole(sum?.bytes),
    fill: whole(sum?.fillBytes),
  }))
}

export interface Edge {
  edge: string
  journals: bigint
  heard: number
  held: bigint
  region: string | undefined
  /** Absent where the edge told nothing of it. */
  cache: { at: number; pieces: bigint; disk: bigint; maxDisk: bigint; memory: bigint } | undefined
}

export async function edges(signal: AbortSignal): Promise<Edge[]> {
  return list(await get('/api/v1/edges', signal), (edge) => ({
    edge: text(edge?.edge),
    journals: whole(edge?.journals),
    heard: Date.parse(text(edge?.heard)),
    held: whole(edge?.held),
    region: optional(edge?.region),
    cache: edge?.cache && {
      at: Date.parse(text(edge.cache.at)),
      pieces: whole(edge.cache.pieces),
      disk: whole(edge.cache.diskBytes),
      maxDisk: whole(edge.cache.maxDiskBytes),
      memory: whole(edge.cache.memoryBytes),
    },
  }))
}

/** Retrievals that were answered alike. */
export interface Answers {
  status: number
  /** The reason of a refusal. */
  code: string | undefined
  retrievals: bigint
}

export async function answers(from: number, to: number, signal: AbortSignal): Promise<Answers[]> {
  const times = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`
  return list(await get(`/api/v1/answers?${times}`, signal), (one) => ({
    status: count(one?.status) ?? 0,
    code: optional(one?.code),
    retrievals: whole(one?.retrievals),
  }))
}

/** A transaction that reported bytes of a data set, or paid for them. */
export interface Transaction {
  hash: string
  epoch: number
  cdn: bigint
  miss: bigint
  cdnPaid: bigint
  missPaid: bigint
}

export async function transactionsOf(dataSet: string, after: string | undefined, signal: AbortSignal): Promise<PageOf<Transaction>> {
  return page(await get(`/api/v1/data-sets/${dataSet}/transactions?${pageQuery(10, after)}`, signal), 'transactions', (one) => ({
    hash: text(one?.txHash),
    epoch: count(one?.epoch) ?? 0,
    cdn: whole(one?.cdnBytes),
    miss: whole(one?.cacheMissBytes),
    cdnPaid: whole(one?.cdnPaid),
    missPaid: whole(one?.cacheMissPaid),
  }))
}

/** A piece in a data set. */
export interface Piece {
  id: string
  cid: string
  /** Absent where its name does not tell it. */
  bytes: bigint | undefined
  /** In milliseconds since 1970. */
  since: number
}

export async function piecesOf(dataSet: string, after: string | undefined, signal: AbortSignal): Promise<PageOf<Piece>> {
  return page(await get(`/api/v1/data-sets/${dataSet}/pieces?${pageQuery(10, after)}`, signal), 'pieces', (piece) => ({
    id: text(piece?.pieceId),
    cid: text(piece?.pieceCid),
    bytes: piece?.bytes === undefined ? undefined : whole(piece.bytes),
    since: Date.parse(text(piece?.since)),
  }))
}

export interface Intake {
  /** The name of the process that answered. */
  process: string
  topics: { topic: string; partitions: bigint; lag: bigint; failing: boolean }[]
  parked: { journals: bigint; records: bigint }
  lost: { journals: bigint; records: bigint }
}

export async function intake(signal: AbortSignal): Promise<Intake> {
  const json = await get('/api/v1/intake', signal)
  const journals = (of: any) => ({ journals: whole(of?.journals), records: whole(of?.records) })
  return {
    process: text(json.process),
    topics: list(json.topics, (topic) => ({
      topic: text(topic?.topic),
      partitions: whole(topic?.partitions),
      lag: whole(topic?.lag),
      failing: topic?.failing === true,
    })),
    parked: journals(json.parked),
    lost: journals(json.lost),
  }
}

export interface Network extends ChainClock {
  name: string
  chainId: number
  /** The contract that takes top-ups. */
  warmStorage: string
  /** The prices of 2^40 bytes of egress, and from providers, in USDFC. */
  perTib: { cdn: bigint; cacheMiss: bigint }
  /** The URL of a piece with {payer} and {pieceCid} in it; absent where the operator told none. */
  pieceUrl?: string
}

export async function network(signal: AbortSignal): Promise<Network> {
  const json = await get('/api/v1/network', signal)
  return {
    name: text(json.name),
    chainId: json.chainId,
    genesis: Date.parse(text(json.genesis)),
    epoch: json.epochSeconds * 1000,
    warmStorage: text(json.warmStorage),
    perTib: { cdn: whole(json.rates?.cdnPerTib), cacheMiss: whole(json.rates?.cacheMissPerTib) },
    ...(typeof json.pieceUrl === 'string' && { pieceUrl: json.pieceUrl }),
  }
}
