/** A part of a piece that was checked. */
export interface VerifiedRange {
  /** Offset of its first byte in the piece. */
  first: number
  /** Offset of its last byte in the piece. */
  last: number
  /** Its bytes, as they were handed in. */
  bytes: Uint8Array
}

/** A PieceCID v2 in its parts. */
export interface PieceCid {
  /** The root of the piece's tree, as eight big-endian words. */
  root: Int32Array
  /** Levels of the tree above its leaves of 32 bytes. */
  height: number
  /** Bytes of the piece. */
  rawSize: number
}

/**
 * Checks that bytes are the groups that a proof tells of, and these a part of the piece: of its
 * root, its height and its raw size.
 *
 * @param pieceCid the PieceCID v2, `bafkzcib…`
 * @param proof the proof in CBOR
 * @param bytes the groups' raw bytes, all of them
 * @returns where in the piece the bytes are; rejects with an Error where something does not fit
 */
export function verifyRange(
  pieceCid: string,
  proof: Uint8Array,
  bytes: Uint8Array
): Promise<VerifiedRange>

/**
 * Reads a PieceCID v2. Throws an Error where the text is anything else, or names a piece of 2^53
 * bytes or more.
 */
export function parsePieceCid(text: string): PieceCid
