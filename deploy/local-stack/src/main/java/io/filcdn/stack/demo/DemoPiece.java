package io.filcdn.stack.demo;

import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;

/**
 * A piece of the demo payer's data set.
 *
 * @param name what a person calls it
 * @param sha256 of its bytes, in hex
 */
public record DemoPiece(String name, PieceCid cid, ByteCount size, String sha256) {}
