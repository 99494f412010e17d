/** What settlement and the indexer tell, through the metrics service; and what operators have settlement do. */
import { call, count, list, optional, page, type PageOf, pageQuery, Problem, text, time } from './api'
import { grouped, tokens, whole } from './exact'
import { Kept } from './kept'

const ROOT = '/api/v1/settlement'

function amount(value: unknown): bigint | undefined {
  return value === undefined || value === null ? undefined : whole(value)
}

export interface Backlog {
  unreported: { cdn: bigint; miss: bigint; oldest: number | undefined }
  waitingSince: number | undefined
  deadlines: { dataSet: string; rail: string; end: number; owed: bigint; unreported: bigint }[]
}

export async function backlog(signal: AbortSignal): Promise<Backlog> {
  const json = await call(`${ROOT}/backlog`, { signal })
  return {
    unreported: {
      cdn: whole(json.unreported?.cdnBytes),
      miss: whole(json.unreported?.cacheMissBytes),
      oldest: count(json.unreported?.oldest),
    },
    waitingSince: time(json.waitingSince),
    deadlines: list(json.deadlines, (rail) => ({
      dataSet: text(rail?.dataSet),
      rail: text(rail?.rail),
      end: count(rail?.end) ?? 0,
      owed: whole(rail?.owed),
      unreported: whole(rail?.unreported),
    })),
  }
}

export interface Transaction {
  id: string
  activity: string
  state: string
  nonce: string
  signedAt: number
  closedAt: number | undefined
  fee: bigint | undefined
  hash: string | undefined
  attempts: number
  dataSets: number
}

export async function transactions(after: string | undefined, signal: AbortSignal): Promise<PageOf<Transaction>> {
  return page(await call(`${ROOT}/transactions?${pageQuery(20, after)}`, { signal }), 'transactions', (one) => ({
    id: String(one?.id),
    activity: text(one?.activity),
    state: text(one?.state),
    nonce: String(one?.nonce),
    signedAt: Date.parse(text(one?.signedAt)),
    closedAt: time(one?.closedAt),
    fee: amount(one?.feePaid),
    hash: optional(one?.landed) ?? optional(one?.attempts?.at(-1)?.hash),
    attempts: list(one?.attempts, () => 1).length,
    dataSets: list(one?.dataSets, () => 1).length,
  }))
}

export interface SetAside {
  dataSet: string
  activity: string
  reason: string
  message: string
  since: number
  retryAt: number | undefined
}

function setAside(json: any): SetAside {
  return {
    dataSet: text(json?.dataSet),
    activity: text(json?.activity),
    reason: text(json?.reason),
    message: text(json?.message),
    since: Date.parse(text(json?.since)),
    retryAt: time(json?.retryAt),
  }
}

export async function setAsides(signal: AbortSignal): Promise<SetAside[]> {
  return list(await call(`${ROOT}/set-asides`, { signal }), setAside)
}

interface Used {
  cdn: bigint
  miss: bigint
}

const used = (json: any): Used => ({ cdn: whole(json?.cdnBytes), miss: whole(json?.cacheMissBytes) })

export interface Reconciliation {
  at: number
  block: number
  dataSets: number
  bytes: Record<'odometer' | 'reported' | 'ownOpen' | 'due', Used>
  owed: Used
  settled: Used
  differences: number
  listed: { dataSet: string; kind: string; message: string }[]
}

export async function reconciliation(signal: AbortSignal): Promise<Reconciliation> {
  const json = await call(`${ROOT}/reconciliation`, { signal })
  const { totals } = json
  return {
    at: Date.parse(text(json.at)),
    block: count(json.block) ?? 0,
    dataSets: count(json.dataSets) ?? 0,
    bytes: {
      odometer: used(totals?.odometer),
      reported: used(totals?.reported),
      ownOpen: used(totals?.ownOpen),
      due: used(totals?.due),
    },
    owed: { cdn: whole(totals?.owedCdn), miss: whole(totals?.owedCacheMiss) },
    settled: { cdn: whole(totals?.settledCdn), miss: whole(totals?.settledCacheMiss) },
    differences: count(json.differenceCount) ?? 0,
    listed: list(json.differences, (one) => ({
      dataSet: text(one?.dataSet),
      kind: text(one?.kind),
      message: text(one?.message),
    })),
  }
}

export interface Indexer {
  state: string
  head: number | undefined
  indexed: number | undefined
  final: number | undefined
  lag: number | undefined
  headAge: number | undefined
  undecodable: number | undefined
}

/** Also of an indexer that says that it is too far behind. */
export async function indexer(signal: AbortSignal): Promise<Indexer> {
  const json = await call('/api/v1/indexer/status', { signal, also: 503 })
  if (json.state === undefined) throw new Problem(text(json.detail), 503, text(json.code))
  return {
    state: text(json.state),
    head: count(json.head),
    indexed: count(json.indexed?.number),
    final: count(json.final),
    lag: count(json.lagBlocks),
    headAge: count(json.headAgeSeconds),
    undecodable: count(json.undecodableLogs),
  }
}

const AN_HOUR = 3_600_000

/** The operators' token, for an hour. */
export const operator = new Kept<string>()

export function keepToken(token: string) {
  operator.keep(token, Date.now() + AN_HOUR)
}

/** What operators have settlement do. */
export type Order = 'report' | 'settle' | 'set-asides/retry' | 'set-asides/release'

/** The most data sets that one order names. */
const MOST_NAMED = 100

/** A line for each data set that an order is about, and what stands before them. */
export interface Plan {
  says: string[]
  items: { dataSet: string; what: string }[]
}

/** Shows what an order would do now. */
export async function planned(what: Order, activity: string): Promise<Plan> {
  return ask(what, isOfSetAsides(what) ? [['activity', activity]] : [], true)
}

/** Has it done: of what is set aside, to the data sets that were shown and to no others. */
export async function order(what: Order, activity: string, shown: Plan): Promise<Plan> {
  if (!isOfSetAsides(what)) return ask(what, [], false)
  // an order that names none is one for all
  if (shown.items.length === 0) throw new Problem('Expected data sets that are set aside, found none.')
  return ask(what, [['activity', activity], ...shown.items.map(({ dataSet }) => ['dataSet', dataSet] as [string, string])], false)
}

export function isOfSetAsides(what: Order): boolean {
  return what.startsWith('set-asides/')
}

async function ask(what: Order, parameters: [string, string][], dryRun: boolean): Promise<Plan> {
  const token = operator.now
  if (token === undefined) throw new Problem("Expected the operators' token, found none: give it once more.")
  const query = new URLSearchParams([...parameters, ['dryRun', String(dryRun)]])
  try {
    return plan(what, await call(`/api/v1/admin/settlement/${what}?${query}`, { method: 'POST', token, patience: 60_000 }))
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 401) operator.forget()
    throw cause
  }
}

function plan(what: Order, json: any): Plan {
  switch (what) {
    case 'report':
      return {
        says: [
          `${json.dataSets} data sets in ${json.reports} transactions: ${grouped(whole(json.usage?.cdnBytes))} bytes of egress, ${grouped(whole(json.usage?.cacheMissBytes))} from providers.`,
          ...cut(json.items, json.dataSets),
          ...list(json.findings, (one) => `${text(one?.dataSet)}: ${text(one?.message)}`),
        ],
        items: list(json.items, (one) => ({
          dataSet: text(one?.dataSet),
          what: `${grouped(whole(one?.cdnBytes))} and ${grouped(whole(one?.cacheMissBytes))} bytes up to epoch ${one?.toEpoch}${
            json.waiting?.[one?.dataSet] === undefined ? '' : `; waits: ${text(json.waiting[one?.dataSet])}`
          }`,
        })),
      }
    case 'settle':
      return {
        says: [
          `${json.dataSets} data sets, by what the contract says that they owe: ${tokens(whole(json.cdnOwed))} USDFC for egress, ${tokens(whole(json.cacheMissOwed))} for bytes from providers.`,
          ...cut(json.items, json.dataSets),
          ...list(json.findings, (one) => `${text(one?.dataSet)}: ${text(one?.message)}`),
        ],
        items: list(json.items, (one) => ({
          dataSet: text(one?.dataSet),
          what: `${tokens(whole(one?.owed))} USDFC along the rail ${text(one?.rail)}`,
        })),
      }
    case 'set-asides/retry':
    case 'set-asides/release': {
      const found = list(json.dataSets, setAside)
      const named = found.slice(0, MOST_NAMED)
      return {
        says: [named.length === found.length ? `${found.length} data sets.` : `${named.length} of ${found.length} data sets; the rest behind them.`],
        items: named.map((one) => ({ dataSet: one.dataSet, what: `${one.reason}: ${one.message}` })),
      }
    }
  }
}

/** What to say where not all data sets of a plan are listed. */
function cut(items: unknown, dataSets: unknown): string[] {
  const listed = new Set(list(items, (one) => text(one?.dataSet))).size
  return listed === dataSets ? [] : [`Listed: ${listed} of ${dataSets} data sets.`]
}
