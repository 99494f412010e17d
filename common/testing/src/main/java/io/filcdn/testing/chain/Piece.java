package io.filcdn.testing.chain;

import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.web3j.utils.Numeric;

/**
 * A piece to be put into a data set.
 *
 * @param cid hex of the bare CIDv1 bytes of its v2 PieceCID: 01559120…, without 0x
 * @param metadata keys such as {@code ipfsRootCID} to values, in the order in which they go on
 *     chain
 */
public record Piece(String cid, SequencedMap<String, String> metadata) {
  public static Piece of(byte[] cidBytes) {
    return new Piece(Numeric.toHexStringNoPrefix(cidBytes), new TreeMap<>());
  }

  /** This piece with metadata, sorted by key. */
  public Piece with(Map<String, String> added) {
    return new Piece(cid, new TreeMap<>(added));
  }

  /** The bytes of its CID, as the chain has them. */
  public byte[] cidBytes() {
    return Numeric.hexStringToByteArray(cid);
  }
}
