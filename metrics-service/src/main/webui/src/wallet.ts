/** The visitor's wallet, as browsers have it (EIP-1193). It keeps the keys; pages see signatures. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { Problem } from './api'
import { payer as payerOf } from './ids'

interface Wallet {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>
}

declare global {
  interface Window {
    ethereum?: Wallet
  }
}

const REFUSED = 4001
const CHAIN_UNKNOWN = 4902

export function hasWallet(): boolean {
  return window.ethereum !== undefined
}

async function ask(method: string, ...params: unknown[]): Promise<unknown> {
  if (window.ethereum === undefined) throw new Problem('Expected a wallet in this browser, found none: install one.')
  return window.ethereum.request({ method, params }).catch((cause) => {
    if (cause?.code === REFUSED) throw new Problem('The wallet was told not to do it. Nothing has changed.')
    if (cause?.code === CHAIN_UNKNOWN) throw new Problem('The wallet does not know this chain: add it there first.')
    throw new Problem(`The wallet refuses: ${String(cause?.message ?? cause).slice(0, 300)}`)
  })
}

/** The account that the visitor lets the page know. */
export async function account(): Promise<string> {
  const accounts = await ask('eth_requestAccounts')
  const first = Array.isArray(accounts) ? payerOf(String(accounts[0])) : undefined
  if (first === undefined) throw new Problem('Expected an account of the wallet, found none.')
  return first
}

/** The same, where it has to be a certain one. */
export async function accountOf(payer: string): Promise<string> {
  const found = await account()
  if (found !== payer) throw new Problem(`Expected the wallet of ${payer}, found that of ${found}: choose the account there.`)
  return found
}

/** Has the wallet change to a chain, as it signs typed data and transactions for the one that it is on. */
async function onChain(id: number): Promise<void> {
  await ask('wallet_switchEthereumChain', { chainId: `0x${id.toString(16)}` })
}

/** A signature of a text that the wallet shows. */
export async function signText(text: string, by: string): Promise<string> {
  return String(await ask('personal_sign', `0x${bytesToHex(utf8ToBytes(text))}`, by))
}

export interface TypedData {
  domain: { name: string; version: string; chainId: number; verifyingContract: string }
  types: Record<string, { name: string; type: string }[]>
  primaryType: string
}

const DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
]

/** A signature of typed data (EIP-712), whose members the wallet shows one by one. */
export async function signTyped(data: TypedData, message: unknown, by: string): Promise<string> {
  await onChain(data.domain.chainId)
  const types = { EIP712Domain: DOMAIN, ...data.types }
  return String(await ask('eth_signTypedData_v4', by, JSON.stringify({ ...data, types, message })))
}

/** The hash of a transaction that the wallet has sent. */
export async function send(transaction: { from: string; to: string; data: string }, chainId: number): Promise<string> {
  await onChain(chainId)
  // a wallet that has changed to another chain since then refuses it
  return String(await ask('eth_sendTransaction', { ...transaction, chainId: `0x${chainId.toString(16)}` }))
}

/** An address as wallets want it in a message (EIP-55). */
export function checksummed(address: string): string {
  const digits = address.slice(2)
  const hash = bytesToHex(keccak_256(utf8ToBytes(digits)))
  return `0x${[...digits].map((digit, i) => (Number.parseInt(hash[i] ?? '0', 16) >= 8 ? digit.toUpperCase() : digit)).join('')}`
}

/** The message by which a wallet signs in (EIP-4361). */
export function signInMessage(of: {
  domain: string
  address: string
  uri: string
  chainId: number
  nonce: string
  issuedAt: Date
}): string {
  return `${of.domain} wants you to sign in with your Ethereum account:
${checksummed(of.address)}

See, make and revoke the keys of this payer

URI: ${of.uri}
Version: 1
Chain ID: ${of.chainId}
Nonce: ${of.nonce}
Issued At: ${of.issuedAt.toISOString()}`
}

/** A call of a contract's function whose parameters are whole numbers. */
export function callData(signature: string, ...numbers: bigint[]): string {
  const selector = bytesToHex(keccak_256(utf8ToBytes(signature))).slice(0, 8)
  return `0x${selector}${numbers.map((number) => number.toString(16).padStart(64, '0')).join('')}`
}

/** A public key (P-256) and its thumbprint (RFC 7638) as a policy names them. */
export function delegate(jwk: string): { jwk: string; id: string } {
  let read: any
  try {
    read = JSON.parse(jwk)
  } catch {
    read = undefined
  }
  const members = [read?.crv, read?.kty, read?.x, read?.y]
  if (!members.every((member) => typeof member === 'string') || read.crv !== 'P-256' || read.kty !== 'EC') {
    throw new Problem('Expected a JWK with crv "P-256", kty "EC", x and y, found another text.')
  }
  // the members of RFC 7638, in its order; nothing private goes along
  const bare = JSON.stringify({ crv: read.crv, kty: read.kty, x: read.x, y: read.y })
  return { jwk: bare, id: `0x${bytesToHex(sha256(utf8ToBytes(bare)))}` }
}
