/* Proofs that bytes are a part of a Filecoin piece. docs/proofs.md has their form. */

const LEAF_LOG2 = 5 // 32 bytes
const MIN_HEIGHT = 2
const MAX_HEIGHT = 50
const MAX_PROOF = 4096
const QUAD = 127 // raw bytes of four leaves

/**
 * Checks that bytes are the groups that a proof tells of, and these a part of the piece.
 *
 * @param {string} pieceCid
 * @param {Uint8Array} proof
 * @param {Uint8Array} bytes
 */
export async function verifyRange(pieceCid, proof, bytes) {
  const piece = parsePieceCid(pieceCid)
  const { height, groupLog2, firstGroup, count, left, right } = readProof(proof)
  if (height !== piece.height) {
    throw expected(`a proof for a tree of height ${piece.height}`, height)
  }
  const level = groupLog2 - LEAF_LOG2
  const size = QUAD * 2 ** (groupLog2 - 7)
  const lastGroup = firstGroup + count - 1
  const first = firstGroup * size
  if (lastGroup * size >= piece.rawSize) {
    throw expected(`groups that hold data of a piece of ${piece.rawSize} bytes`, lastGroup)
  }
  const end = Math.min((lastGroup + 1) * size, piece.rawSize)
  if (bytes.length !== end - first) {
    throw expected(`${end - first} bytes of groups`, bytes.length)
  }

  // as if all groups before the first had gone into the tree
  const tree = new Tree()
  for (let i = left.length - 1, bit = height - level; bit >= 0; bit--) {
    if (bitOf(firstGroup, bit)) {
      tree.add(left[i--], level + bit)
    }
  }
  for (let at = 0; at < bytes.length; at += size) {
    tree.add(groupHash(bytes.subarray(at, at + size), level), level)
  }
  for (let i = 0, bit = 0; bit < height - level; bit++) {
    if (!bitOf(lastGroup, bit)) {
      tree.add(right[i++], level + bit)
    }
  }
  const root = tree.nodes[height]
  if (!piece.root.every((word, i) => word === root[i])) {
    throw expected(`bytes and hashes with the root ${hex(piece.root)}`, hex(root))
  }
  return { first, last: end - 1, bytes }
}

/**
 * Reads a PieceCID v2: multibase b, CIDv1, raw, fr32-sha2-256-trunc254-padded-binary-tree.
 *
 * @param {string} text
 */
export function parsePieceCid(text) {
  if (typeof text !== 'string' || text[0] !== 'b' || text.length > 80) {
    throw expected('a PieceCID v2 in multibase b', text)
  }
  const cid = base32(text.slice(1))
  const form = [0x01, 0x55, 0x91, 0x20, cid.length - 5]
  if (cid.length < 39 || !form.every((byte, i) => byte === cid[i])) {
    throw expected('a PieceCID v2', text)
  }
  let padding = 0n
  let at = 5
  for (let shift = 0n; ; shift += 7n) {
    const byte = cid[at++]
    padding |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) {
      if (byte === 0 && shift > 0n) {
        throw expected('the shortest form of the padding', text)
      }
      break
    }
    if (at > 13) {
      throw expected('a padding of at most 9 bytes', text)
    }
  }
  const height = cid[at]
  const capacity = height >= MIN_HEIGHT && height <= MAX_HEIGHT ? 127n << BigInt(height - 2) : -1n
  if (cid.length !== at + 33 || padding > capacity) {
    throw expected('a height from 2 to 50, a padding that fits it, and a root', text)
  }
  const rawSize = capacity - padding
  if (rawSize > Number.MAX_SAFE_INTEGER) {
    throw expected('a piece of less than 2^53 bytes', rawSize)
  }
  return { root: words(cid, at + 1), height, rawSize: Number(rawSize) }
}

function base32(text) {
  const bytes = new Uint8Array((text.length * 5) >> 3)
  const spare = (text.length * 5) % 8
  let held = 0
  let bits = 0
  let at = 0
  for (const char of text) {
    const value = 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(char)
    if (value < 0) {
      throw expected('lower-case base32', char)
    }
    held = ((held << 5) | value) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >> bits
    }
  }
  if (spare >= 5 || (held & ((1 << spare) - 1)) !== 0) {
    throw expected('a base32 text without bits left over', text)
  }
  return bytes
}

/** Reads the one form of [1, height, groupLog2, firstGroup, count, left, right] in CBOR. */
function readProof(proof) {
  if (!(proof instanceof Uint8Array) || proof.length > MAX_PROOF) {
    throw expected(`a proof of at most ${MAX_PROOF} bytes`, proof && proof.length)
  }
  let at = 0
  const byte = () => {
    if (at >= proof.length) {
      throw expected('more bytes of the proof', proof.length)
    }
    return proof[at++]
  }
  const head = (type) => {
    const start = at
    const first = byte()
    let value = first & 31
    if (first >> 5 !== type || value > 27) {
      throw expected(`CBOR of type ${type} at byte ${start}`, first)
    }
    if (value >= 24) {
      const length = 2 ** (value - 24)
      value = 0
      for (let i = 0; i < length; i++) {
        value = value * 256 + byte()
      }
      if (value < (length === 1 ? 24 : 2 ** (4 * length)) || value > Number.MAX_SAFE_INTEGER) {
        throw expected('the shortest form of a number', value)
      }
    }
    return value
  }
  const hashes = () => {
    const count = head(4)
    const list = []
    for (let i = 0; i < count; i++) {
      if (head(2) !== 32 || at + 32 > proof.length) {
        throw expected('a hash of 32 bytes', proof.length - at)
      }
      list.push(words(proof, at))
      at += 32
    }
    return list
  }
  if (head(4) !== 7 || head(0) !== 1) {
    throw expected('a proof of version 1', proof[1])
  }
  const [height, groupLog2, firstGroup, count] = [head(0), head(0), head(0), head(0)]
  const levels = height + LEAF_LOG2 - groupLog2
  if (height < MIN_HEIGHT || height > MAX_HEIGHT || groupLog2 < 7 || levels < 0) {
    throw expected('groups of 2^7 padded bytes to a tree of 2^55', groupLog2)
  }
  const lastGroup = firstGroup + count - 1
  if (count < 1 || lastGroup >= 2 ** levels) {
    throw expected('at least one group, all of the tree', lastGroup)
  }
  const left = hashes()
  const right = hashes()
  let ones = 0
  let zeros = 0
  for (let bit = 0; bit < levels; bit++) {
    ones += bitOf(firstGroup, bit)
    zeros += 1 - bitOf(lastGroup, bit)
  }
  if (left.length !== ones || right.length !== zeros || at !== proof.length) {
    throw expected(`${ones} and ${zeros} hashes and no more`, `${left.length} and ${right.length}`)
  }
  return { height, groupLog2, firstGroup, count, left, right }
}

/** The tree as it grows from left to right: a left node a level, which waits for its sibling. */
export class Tree {
  nodes = []

  add(node, level) {
    while (this.nodes[level]) {
      node = hashPair(this.nodes[level], node)
      this.nodes[level++] = undefined
    }
    this.nodes[level] = node
  }
}

/** The hash of a group: its bytes, and zeros up to its size. */
export function groupHash(bytes, level) {
  const tree = new Tree()
  const leaves = new Uint8Array(128)
  for (let at = 0; at < bytes.length; at += QUAD) {
    spread(bytes.subarray(at, at + QUAD), leaves)
    const left = hashPair(words(leaves, 0), words(leaves, 32))
    tree.add(hashPair(left, hashPair(words(leaves, 64), words(leaves, 96))), 2)
  }
  let zero = new Int32Array(8)
  for (let at = 0; at < level; at++) {
    if (tree.nodes[at]) {
      tree.add(zero, at)
    }
    zero = hashPair(zero, zero)
  }
  return tree.nodes[level]
}

/** Fr32: after every 254 bits, little-endian, come two zero bits. */
function spread(raw, leaves) {
  leaves.fill(0)
  for (let leaf = 0; leaf < 4; leaf++) {
    const from = 32 * leaf
    const shift = 2 * leaf
    for (let i = 0; i < 32; i++) {
      leaves[from + i] = (raw[from + i] << shift) | (shift && raw[from + i - 1] >> (8 - shift))
    }
    leaves[from + 31] &= 0x3f
  }
}

/** Eight big-endian words. */
function words(bytes, offset) {
  const node = new Int32Array(8)
  for (let i = 0; i < 32; i++) {
    node[i >> 2] = (node[i >> 2] << 8) | bytes[offset + i]
  }
  return node
}

const hex = (node) => Array.from(node, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')

const bitOf = (number, bit) => Math.floor(number / 2 ** bit) % 2

const expected = (what, found) => new Error(`expected ${what}, found ${String(found).slice(0, 100)}`)

// SHA-256 of the 64 bytes of two nodes. WebCrypto's is asynchronous, which costs more than the hash.

const [INITIAL, CONSTANTS] = constants()
const SCHEDULE = new Int32Array(64)
const PADDING = new Int32Array(64)
PADDING[0] = 1 << 31
PADDING[15] = 512
extend(PADDING)

/** The first 32 bits of the fractional parts of square and cube roots of primes (FIPS 180-4). */
function constants() {
  const primes = []
  for (let n = 2; primes.length < 64; n++) {
    if (primes.every((prime) => n % prime)) {
      primes.push(n)
    }
  }
  const bits = (root) => (root % 1) * 2 ** 32
  return [
    Int32Array.from(primes.slice(0, 8), (prime) => bits(prime ** (1 / 2))),
    Int32Array.from(primes, (prime) => bits(prime ** (1 / 3))),
  ]
}

/** The 64 words of a block, from the first 16. */
function extend(w) {
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15]
    const b = w[i - 2]
    const low = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)
    const high = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10)
    w[i] = w[i - 16] + low + w[i - 7] + high
  }
}

function compress(state, w) {
  let a = state[0]
  let b = state[1]
  let c = state[2]
  let d = state[3]
  let e = state[4]
  let f = state[5]
  let g = state[6]
  let h = state[7]
  for (let i = 0; i < 64; i++) {
    const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t = (h + high + (g ^ (e & (f ^ g))) + CONSTANTS[i] + w[i]) | 0
    const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const majority = (a & b) | (c & (a | b))
    h = g
    g = f
    f = e
    e = (d + t) | 0
    d = c
    c = b
    b = a
    a = (t + low + majority) | 0
  }
  state[0] += a
  state[1] += b
  state[2] += c
  state[3] += d
  state[4] += e
  state[5] += f
  state[6] += g
  state[7] += h
}

/** A node: SHA-256 of its children, without the two top bits of the last byte. */
function hashPair(left, right) {
  SCHEDULE.set(left)
  SCHEDULE.set(right, 8)
  extend(SCHEDULE)
  const node = INITIAL.slice()
  compress(node, SCHEDULE)
  compress(node, PADDING)
  node[7] &= ~0xc0
  return node
}
