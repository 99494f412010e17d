package io.filcdn.common.piece;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;

/**
 * A piece commitment: the 32-byte Merkle root of a piece's Fr32-padded bytes. By itself it does not
 * name bytes, as pieces that differ only in trailing zeros share it; with the tree's height and the
 * raw size it is a {@link PieceCid}. Its text is the PieceCID v1, {@code baga…}: CIDv1, codec
 * {@code fil-commitment-unsealed}, multihash {@code sha2-256-trunc254-padded}.
 *
 * <p>The four components are the root's bytes, 8 each, big-endian.
 */
public record CommP(long a, long b, long c, long d) implements PieceName {

  /** Bytes of a root. */
  public static final int SIZE = 32;

  private static final byte[] V1_PREFIX = {
    0x01, (byte) 0x81, (byte) 0xe2, 0x03, (byte) 0x92, 0x20, 0x20
  };

  /**
   * Reads the 32 bytes at {@code offset}.
   *
   * @throws IndexOutOfBoundsException where there are fewer
   */
  public static CommP of(byte[] bytes, int offset) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, SIZE);
    return new CommP(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  /**
   * Reads a PieceCID v1 ({@code baga…}).
   *
   * @throws IllegalArgumentException where the text is anything else; the message says what
   */
  @JsonCreator
  public static CommP parse(String text) {
    if (text.isEmpty() || text.charAt(0) != 'b') {
      throw new IllegalArgumentException("expected a PieceCID v1 in multibase b");
    }
    return fromCid(Base32.decode(text, 1));
  }

  /**
   * Reads the bytes of a PieceCID v1, as pandora's {@code getRootCid} answers them.
   *
   * @throws IllegalArgumentException where they are anything else
   */
  public static CommP fromCid(byte[] cid) {
    if (cid.length != V1_PREFIX.length + SIZE || !isCidV1(cid)) {
      throw new IllegalArgumentException(
          "expected a PieceCID v1: codec fil-commitment-unsealed, multihash"
              + " sha2-256-trunc254-padded, 32 bytes");
    }
    return of(cid, V1_PREFIX.length);
  }

  /** True where {@code cid} begins as the bytes of a PieceCID v1 do. */
  static boolean isCidV1(byte[] cid) {
    for (int i = 0; i < V1_PREFIX.length; i++) {
      if (i >= cid.length || cid[i] != V1_PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  /** Writes the 32 bytes of the root. */
  void write(ByteBuffer to) {
    to.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  @Override
  public CommP commP() {
    return this;
  }

  /** The 32 bytes of the root. */
  public byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    write(bytes);
    return bytes.array();
  }

  /** The PieceCID v1. */
  @JsonValue
  @Override
  public String toString() {
    ByteBuffer cid = ByteBuffer.allocate(V1_PREFIX.length + SIZE).put(V1_PREFIX);
    write(cid);
    return Base32.encode(cid.array());
  }
}
