/** The part of the API that payers change things by: sessions, keys, policies. */
import { call, count, list, optional, page, type PageOf, pageQuery, Problem, text, time } from './api'
import { whole } from './exact'
import { Kept } from './kept'
import { account, accountOf, signInMessage, signText, signTyped, type TypedData } from './wallet'

export interface Session {
  token: string
  payer: string
  /** In milliseconds since 1970. */
  expires: number
}

export const session = new Kept<Session>()

/** Signs in with the visitor's wallet. */
export async function signIn(): Promise<void> {
  const { nonce, domain, chainId } = await call('/api/v1/sessions/nonce', { method: 'POST' })
  if (domain !== location.host) {
    throw new Problem(`Expected this page at ${domain}, where wallets may sign in, found it at ${location.host}: open it there.`)
  }
  const address = await account()
  const message = signInMessage({ domain, address, uri: location.href, chainId, nonce, issuedAt: new Date() })
  const signature = await signText(message, address)
  const told = await call('/api/v1/sessions', { method: 'POST', body: { message, signature } })
  const expires = Date.parse(told.expires)
  session.keep({ token: text(told.token), payer: text(told.payer), expires }, expires)
}

export async function signOut(): Promise<void> {
  await asPayer('/api/v1/sessions', { method: 'DELETE' }).finally(() => session.forget())
}

/** A call in the name of whoever is signed in; a session that the service does not know any more ends. */
async function asPayer(path: string, more: Parameters<typeof call>[1] = {}): Promise<any> {
  const token = session.now?.token
  if (token === undefined) throw new Problem('Expected somebody signed in, found nobody.')
  try {
    return await call(path, { ...more, token })
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 401 && session.now?.token === token) session.forget()
    throw cause
  }
}

export const SCOPES = ['download', 'upload', 'pin', 'admin'] as const

/** A key's limits as the API has them: bytes are decimal texts. */
export interface Limits {
  bytes?: string
  bytesPerDay?: string
  bytesPerMonth?: string
  requestsPerSecond?: number
  origins?: string[]
  networks?: string[]
  payers?: string[]
  dataSets?: string[]
}

export interface Key {
  id: string
  name: string
  scopes: string[]
  limits: [name: string, value: string][]
  /** Times are in milliseconds since 1970. */
  created: number
  expires: number | undefined
  revoked: number | undefined
  lastUsed: number | undefined
  used: { ever: bigint; today: bigint; month: bigint }
}

/** Every limit by its name in the API, also one that this page does not know. */
function limits(json: any): [string, string][] {
  return Object.entries(json ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)])
}

function key(json: any): Key {
  return {
    id: text(json?.id),
    name: text(json?.name),
    scopes: list(json?.scopes, text),
    limits: limits(json?.limits),
    created: Date.parse(text(json?.created)),
    expires: time(json?.expires),
    revoked: time(json?.revoked),
    lastUsed: time(json?.lastUsed),
    used: {
      ever: whole(json?.used?.bytes),
      today: whole(json?.used?.bytesToday),
      month: whole(json?.used?.bytesThisMonth),
    },
  }
}

export async function keys(after: string | undefined, signal: AbortSignal): Promise<PageOf<Key>> {
  return page(await asPayer(`/api/v1/keys?${pageQuery(10, after)}`, { signal }), 'keys', key)
}

/** The new key itself, which is told this once. */
export async function makeKey(name: string, scopes: string[], limits: Limits, expires?: Date): Promise<string> {
  const body = {
    name,
    scopes,
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(expires !== undefined && { expires: expires.toISOString() }),
  }
  return text((await asPayer('/api/v1/keys', { method: 'POST', body })).key)
}

/** The key with another secret, which is told this once. */
export async function rotateKey(id: string, overlap: string): Promise<string> {
  return text((await asPayer(`/api/v1/keys/${encodeURIComponent(id)}/rotate`, { method: 'POST', body: { overlap } })).key)
}

export async function revokeKey(id: string): Promise<void> {
  await asPayer(`/api/v1/keys/${encodeURIComponent(id)}`, { method: 'DELETE' })
}

export interface Policy {
  /** Absent for all data sets that have none of their own. */
  dataSet: string | undefined
  access: string
  delegate: string | undefined
  notBefore: number | undefined
  expires: number | undefined
  limits: [name: string, value: string][]
  serial: number
}

/** @param limit the most on a page */
export async function policies(after: string | undefined, signal?: AbortSignal, limit = 10): Promise<PageOf<Policy>> {
  return page(await asPayer(`/api/v1/policies?${pageQuery(limit, after)}`, { ...(signal !== undefined && { signal }) }), 'policies', (json) => ({
    dataSet: optional(json?.dataSet),
    access: text(json?.access),
    delegate: optional(json?.delegate),
    notBefore: time(json?.notBefore),
    expires: time(json?.expires),
    limits: limits(json?.limits),
    serial: count(json?.serial) ?? 0,
  }))
}

/** The serial of the next policy: the time, but above all before it, which another clock may have named. */
export function nextSerial(of: Policy[], now: number): number {
  return Math.max(now, ...of.map(({ serial }) => serial + 1))
}

/** A grant of access, as docs/access.md has it: numbers are decimal texts, 0 and nothing leave something out. */
export interface Grant {
  payer: string
  dataSets: string[]
  access: string
  delegateKeyId: string
  delegateJwk: string
  notBefore: string
  expires: string
  maxBytes: string
  maxBytesPerDay: string
  maxBytesPerDayOfKey: string
  maxBytesPerDayOfClient: string
  origins: string[]
  cidrs: string[]
  pieces: string[]
  serial: string
}

/** Sets policies, which the payer's wallet signs. */
export async function setPolicy(message: Grant): Promise<void> {
  const typed: TypedData = await call('/api/v1/policies/typed-data')
  const signature = await signTyped(typed, message, await accountOf(message.payer))
  await call('/api/v1/policies', { method: 'POST', body: { domain: typed.domain, message, signature } })
}
