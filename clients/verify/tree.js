/* The tree of a piece: the hashes of its groups. docs/proofs.md has its form. */

import { groupHash, parsePieceCid, Tree } from './index.js'

/**
 * Makes the tree of a piece of its bytes, and checks that they are the piece's.
 *
 * @param {string} pieceCid
 * @param {AsyncIterable<Uint8Array>} parts
 */
export async function makeTree(pieceCid, parts) {
  const { root, height, rawSize } = parsePieceCid(pieceCid)
  const level = groupLevel(height, rawSize)
  const size = 127 * 2 ** (level - 2)
  const hashes = new DataView(new ArrayBuffer(32 * Math.ceil(rawSize / size)))
  const group = new Uint8Array(Math.min(size, rawSize))
  const tree = new Tree()
  let [taken, filled, at] = [0, 0, 0]
  const endGroup = () => {
    const node = groupHash(group.subarray(0, filled), level)
    node.forEach((word) => hashes.setInt32((at += 4) - 4, word))
    tree.add(node, level)
    filled = 0
  }
  for await (const part of parts) {
    taken += part.length
    for (let from = 0; from < part.length && taken <= rawSize; ) {
      const some = part.subarray(from, from + group.length - filled)
      group.set(some, filled)
      from += some.length
      filled += some.length
      if (filled === size) {
        endGroup()
      }
    }
  }
  if (filled > 0) {
    endGroup()
  }
  for (let above = level; above < height; above++) {
    if (tree.nodes[above]) {
      tree.add(groupHash(new Uint8Array(1), above), above) // zeros behind the data
    }
  }
  const found = tree.nodes[height] ?? []
  if (taken !== rawSize || !root.every((word, i) => word === found[i])) {
    throw new Error(`expected the ${rawSize} bytes of ${pieceCid}, found ${taken} bytes or others`)
  }
  return new Uint8Array(hashes.buffer)
}

/**
 * The level of the nodes that a tree has: 15 for groups of 1 MiB; more where they would be over 2048, less where the
 * piece is smaller.
 */
export function groupLevel(height, rawSize) {
  let level = 15
  while (127 * 2 ** (level + 11 - 2) < rawSize) {
    level++
  }
  return Math.min(height, level)
}
