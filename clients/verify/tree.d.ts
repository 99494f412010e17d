/**
 * Makes the tree of a piece of its bytes.
 *
 * @param pieceCid the PieceCID v2, `bafkzcib…`
 * @param parts the piece's bytes in order, in parts of any length
 * @returns its binary form; rejects with an Error where the bytes are not the piece's
 */
export function makeTree(pieceCid: string, parts: AsyncIterable<Uint8Array>): Promise<Uint8Array>

/** The level of the nodes that a tree has, of a piece of that height and size: 0 is a leaf's. */
export function groupLevel(height: number, rawSize: number): number
