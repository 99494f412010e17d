import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as CBOR from '@ipld/dag-cbor'
import { Fr32, Piece, Proof, Tree } from '@web3-storage/data-segment'
import { parsePieceCid, verifyRange } from '../index.js'
import { proofOf, reference } from './reference.js'

function partOf({ raw }, groupLog2, firstGroup, count) {
  const size = 127 * 2 ** (groupLog2 - 7)
  return raw.slice(firstGroup * size, (firstGroup + count) * size)
}

const refused = (cid, proof, bytes) =>
  assert.rejects(verifyRange(cid, proof, bytes), /^Error: expected .*, found /)

function* flipped(bytes) {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Uint8Array.from(bytes)
    changed[bit >> 3] ^= 1 << (bit & 7)
    yield changed
  }
}

/** True for another piece of the same root and height, of at least so many bytes. */
function isLonger(text, { root, height }, least) {
  try {
    const other = parsePieceCid(text)
    return String(other.root) === String(root) && other.height === height && other.rawSize >= least
  } catch {
    return false
  }
}

test('every run of groups of every size of small pieces is verified', async () => {
  for (const size of [1, 126, 127, 128, 254, 255, 508, 509, 1016, 1017, 1500]) {
    const piece = reference(size, size)
    for (let log2 = 7; log2 <= piece.height + 5; log2++) {
      const groups = Math.ceil(size / (127 * 2 ** (log2 - 7)))
      for (let first = 0; first < groups; first++) {
        for (let count = 1; first + count <= groups; count++) {
          const bytes = partOf(piece, log2, first, count)
          const proof = CBOR.encode(proofOf(piece, log2, first, count))
          const range = await verifyRange(piece.cid, proof, bytes)
          assert.equal(range.first, first * 127 * 2 ** (log2 - 7))
          assert.equal(range.last, range.first + bytes.length - 1)
          assert.equal(range.bytes, bytes)
        }
      }
    }
  }
})

test('random runs of a larger piece are verified', async () => {
  const piece = reference(300_000, 7)
  for (const [log2, first, count] of [[7, 1000, 3], [10, 5, 200], [14, 3, 9], [16, 4, 1], [19, 0, 1]]) {
    const proof = CBOR.encode(proofOf(piece, log2, first, count))
    await verifyRange(piece.cid, proof, partOf(piece, log2, first, count))
  }
})

test('every flipped bit of proof, bytes and PieceCID is refused', async () => {
  const piece = reference(1_500, 11)
  const proof = CBOR.encode(proofOf(piece, 7, 3, 4))
  const bytes = partOf(piece, 7, 3, 4)
  await verifyRange(piece.cid, proof, bytes)
  for (const changed of flipped(proof)) await refused(piece.cid, changed, bytes)
  for (const changed of flipped(bytes)) await refused(piece.cid, proof, changed)
  let sizes = 0
  for (const changed of flipped(new TextEncoder().encode(piece.cid))) {
    const cid = new TextDecoder().decode(changed)
    if (isLonger(cid, parsePieceCid(piece.cid), 889)) {
      // the range says nothing of how many bytes are behind it
      await verifyRange(cid, proof, bytes)
      sizes++
    } else {
      await refused(cid, proof, bytes)
    }
  }
  assert.ok(sizes > 0)
  for (let length = 0; length < proof.length; length++) {
    await refused(piece.cid, proof.slice(0, length), bytes)
  }
  await refused(piece.cid, new Uint8Array([...proof, 0]), bytes)
  await refused(piece.cid, proof, bytes.slice(1))
  await refused(piece.cid, proof, new Uint8Array([...bytes, 0]))
  await verifyRange(piece.cid, proof, bytes)
})

test('zeros behind the end of a piece, and groups without data, are refused', async () => {
  const piece = reference(600, 13)
  const zeros = new Uint8Array(127)
  for (const first of [4, 5, 7]) {
    await refused(piece.cid, CBOR.encode(proofOf(piece, 7, first, 1)), zeros)
  }
  const end = partOf(piece, 7, 4, 1)
  await verifyRange(piece.cid, CBOR.encode(proofOf(piece, 7, 4, 1)), end)
  await refused(piece.cid, CBOR.encode(proofOf(piece, 7, 4, 1)), new Uint8Array([...end, 0]))
  await refused(Piece.fromPayload(new Uint8Array(0)).toString(), CBOR.encode([1, 2, 7, 0, 1, [], []]), zeros)
})

test('proofs in another form are refused', async () => {
  const piece = reference(127, 17)
  const hash = new Uint8Array(32)
  await verifyRange(piece.cid, CBOR.encode([1, 2, 7, 0, 1, [], []]), piece.raw)
  for (const value of [
    [2, 2, 7, 0, 1, [], []],
    [1, 3, 7, 0, 1, [], [hash]],
    [1, 51, 7, 0, 1, [], Array(49).fill(hash)],
    [1, 2, 6, 0, 1, [], []],
    [1, 2, 8, 0, 1, [], []],
    [1, 2, 7, 0, 0, [], []],
    [1, 2, 7, 1, 1, [], []],
    [1, 2, 7, -1, 1, [], []],
    [1, 2, 7, 0, 2, [], []],
    [1, 2, 7, 0.5, 1, [], []],
    [1, 2, 7, 2 ** 53 - 1, 2 ** 53 - 1, [], []],
    [1, 2, 7, 0, 1, [hash], []],
    [1, 2, 7, 0, 1, [], [hash]],
    [1, 2, 7, 0, 1, []],
    [1, 2, 7, 0, 1, [], [], 0],
    { version: 1 },
    null,
  ]) {
    await refused(piece.cid, CBOR.encode(value), piece.raw)
  }
  for (const hex of [
    '',
    '1b',
    '8718010207000180' + '80',
    '87010207190000' + '018080',
    '870102071a00000000' + '018080',
    '870102071bffffffffffffffff' + '018080',
    '87010207000198008' + '0',
    '9f0102070001' + '8080ff',
    '870102070001' + '9fff80',
    '870102070001' + '9b001fffffffffffff80',
  ]) {
    await refused(piece.cid, Buffer.from(hex, 'hex'), piece.raw)
  }
  await refused(piece.cid, new Uint8Array(5_000), piece.raw)
  await refused(piece.cid, undefined, piece.raw)
})

test('PieceCIDs are read strictly', () => {
  const cid = 'bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa'
  assert.equal(parsePieceCid(cid).height, 2)
  assert.equal(parsePieceCid(cid).rawSize, 1)
  for (const text of [
    '',
    'b',
    cid.toUpperCase(),
    cid.slice(0, -1),
    cid + 'a',
    cid.slice(0, -1) + 'b',
    cid.slice(0, -1) + '1',
    'baga6ea4seaqkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa',
    'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
    undefined,
    7,
  ]) {
    assert.throws(() => parsePieceCid(text), /^Error: expected .*, found /)
  }
})

/** Written by the Java implementation, whose tests hold it true (RangeFixtureTest). */
const fixture = JSON.parse(readFileSync(new URL('ranges.json', import.meta.url), 'utf8'))

const references = new Map()

for (const { size, piece, height, groupLog2, firstGroup, count, first, last, proof } of fixture.ranges) {
  test(`Java's proof of groups ${firstGroup} to ${firstGroup + count - 1} of 2^${groupLog2} of ${size} bytes`, async () => {
    if (!references.has(size)) references.set(size, reference(size, 1))
    const { raw, cid, tree, height: least } = references.get(size)
    const cbor = Buffer.from(proof, 'hex')
    const bytes = raw.slice(first, last + 1)

    assert.deepEqual(await verifyRange(piece, cbor, bytes), { first, last, bytes })

    if (height === least) {
      assert.equal(cid, piece)
      const parts = proofOf({ height, tree }, groupLog2, firstGroup, count)
      assert.deepEqual(CBOR.decode(cbor), parts)
      assert.equal(Buffer.compare(CBOR.encode(parts), cbor), 0)
    }
    if (count === 1) {
      // the same in the form of FRC-0058
      const [left, right] = CBOR.decode(cbor).slice(5)
      const path = []
      for (let bit = 0; bit < height + 5 - groupLog2; bit++) {
        path.push((Math.floor(firstGroup / 2 ** bit) % 2 ? left : right).shift())
      }
      const level = groupLog2 - 5
      const filled = new Uint8Array(127 * 2 ** (level - 2))
      filled.set(bytes)
      const node = Tree.build(Fr32.pad(filled)).root
      const root = Piece.fromString(piece).root
      assert.ok(Proof.verify([BigInt(firstGroup), path], { tree: root, node }).ok)
    }
  })
}
