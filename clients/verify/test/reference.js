import { Fr32, Piece, Tree } from '@web3-storage/data-segment'

/** A piece and all nodes of its tree, by an independent implementation. */
export function reference(size, seed) {
  const raw = new Uint8Array(size)
  let x = seed
  for (let i = 0; i < size; i++) {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff
    raw[i] = x >>> 16
  }
  const piece = Piece.fromPayload(raw)
  const filled = new Uint8Array(127 * 2 ** (piece.height - 2))
  filled.set(raw)
  return { raw, cid: piece.toString(), height: piece.height, tree: Tree.build(Fr32.pad(filled)) }
}

/** A proof in its parts. */
export function proofOf({ height, tree }, groupLog2, firstGroup, count) {
  const left = []
  const right = []
  let [first, end] = [firstGroup, firstGroup + count]
  for (let level = groupLog2 - 5; level < height; level++) {
    if (first % 2 === 1) left.push(tree.node(height - level, first - 1))
    if (end % 2 === 1) right.push(tree.node(height - level, end))
    first = Math.floor(first / 2)
    end = Math.ceil(end / 2)
  }
  return [1, height, groupLog2, firstGroup, count, left, right]
}
