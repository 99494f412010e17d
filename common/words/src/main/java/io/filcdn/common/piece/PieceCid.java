package io.filcdn.common.piece;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;

/**
 * The id of a piece's bytes: the root of its Merkle tree, the tree's height, and how many raw bytes
 * stand before the zeros that fill it. Its text is the PieceCID v2 of FRC-0069, {@code bafkzcib…}:
 * CIDv1, codec {@code raw}, multihash {@code fr32-sha2-256-trunc254-padded-binary-tree} over
 * uvarint padding, one byte of height and the root.
 *
 * @param commP the root
 * @param height levels above the 32-byte leaves: the padded piece has 2^height of them
 * @param rawSize bytes of the piece as clients fetch it, from 0 to what a tree of this height holds
 */
public record PieceCid(CommP commP, int height, long rawSize) implements PieceName {

  /** The smallest tree: 128 padded bytes, 127 raw ones. */
  public static final int MIN_HEIGHT = 2;

  /** PDPVerifier refuses taller trees (MAX_PIECE_SIZE_LOG2). */
  public static final int MAX_HEIGHT = 50;

  private static final byte[] PREFIX = {0x01, 0x55, (byte) 0x91, 0x20};
  private static final int MAX_BYTES = PREFIX.length + 1 + 9 + 1 + CommP.SIZE;

  public PieceCid {
    if (height < MIN_HEIGHT || height > MAX_HEIGHT) {
      throw new IllegalArgumentException(
          "expected a tree height from %d to %d, found %d"
              .formatted(MIN_HEIGHT, MAX_HEIGHT, height));
    }
    if (rawSize < 0 || rawSize > capacity(height)) {
      throw new IllegalArgumentException(
          "expected a raw size from 0 to %d for height %d, found %d"
              .formatted(capacity(height), height, rawSize));
    }
  }

  /** The number of raw bytes that a tree of {@code height} holds: 127 of every 128. */
  public static long capacity(int height) {
    return 127L << height - MIN_HEIGHT;
  }

  /**
   * The height of the smallest tree that holds {@code rawSize} bytes.
   *
   * @throws IllegalArgumentException where none up to {@link #MAX_HEIGHT} does
   */
  public static int heightFor(long rawSize) {
    int height = MIN_HEIGHT;
    while (capacity(height) < rawSize) {
      if (++height > MAX_HEIGHT) {
        throw new IllegalArgumentException("expected a piece of at most 2^50 leaves");
      }
    }
    return height;
  }

  /**
   * Reads a PieceCID v2 ({@code bafkzcib…}).
   *
   * @throws IllegalArgumentException where the text is anything else; the message says what
   */
  @JsonCreator
  public static PieceCid parse(String text) {
    if (text.isEmpty() || text.charAt(0) != 'b' || text.length() > 1 + MAX_BYTES * 8 / 5 + 1) {
      throw new IllegalArgumentException(
          "expected a PieceCID v2 in multibase b, found "
              + (text.length() > 100 ? text.length() + " characters" : "\"" + text + "\""));
    }
    return fromBytes(Base32.decode(text, 1));
  }

  /**
   * Reads the bytes of a PieceCID v2, as FWSS and PDPVerifier events carry them.
   *
   * @throws IllegalArgumentException where they are anything else, a longer spelling of the padding
   *     included
   */
  public static PieceCid fromBytes(byte[] cid) {
    ByteBuffer in = ByteBuffer.wrap(cid);
    if (cid.length < PREFIX.length + 1) {
      throw new IllegalArgumentException(
          "expected the bytes of a PieceCID v2, found " + cid.length);
    }
    for (byte expected : PREFIX) {
      if (in.get() != expected) {
        throw new IllegalArgumentException(
            "expected a PieceCID v2: CIDv1, codec raw, multihash"
                + " fr32-sha2-256-trunc254-padded-binary-tree");
      }
    }
    int digestLength = in.get();
    if (digestLength != in.remaining()) {
      throw new IllegalArgumentException(
          "expected a digest of %d bytes, found %d".formatted(digestLength, in.remaining()));
    }
    long padding = readUvarint(in);
    if (in.remaining() != 1 + CommP.SIZE) {
      throw new IllegalArgumentException("expected one byte of height and 32 of root at the end");
    }
    int height = in.get() & 0xff;
    if (height < MIN_HEIGHT || height > MAX_HEIGHT || padding > capacity(height)) {
      throw new IllegalArgumentException(
          "expected a height from %d to %d and a padding that fits it, found height %d, padding %d"
              .formatted(MIN_HEIGHT, MAX_HEIGHT, height, padding));
    }
    return new PieceCid(CommP.of(cid, in.position()), height, capacity(height) - padding);
  }

  /** The bytes of the PieceCID v2. */
  public byte[] bytes() {
    long padding = padding();
    int paddingLength = uvarintLength(padding);
    ByteBuffer out =
        ByteBuffer.allocate(PREFIX.length + 1 + paddingLength + 1 + CommP.SIZE)
            .put(PREFIX)
            .put((byte) (paddingLength + 1 + CommP.SIZE));
    while (padding >= 0x80) {
      out.put((byte) (padding | 0x80));
      padding >>>= 7;
    }
    out.put((byte) padding).put((byte) height);
    commP.write(out);
    return out.array();
  }

  /** Zero bytes between the raw bytes and the end of the tree, counted before Fr32 padding. */
  public long padding() {
    return capacity(height) - rawSize;
  }

  /** The PieceCID v2. */
  @JsonValue
  @Override
  public String toString() {
    return Base32.encode(bytes());
  }

  /** Reads an unsigned varint in its shortest form, of at most 9 bytes (multiformats). */
  private static long readUvarint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 63 && in.hasRemaining(); shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        if (b == 0 && shift > 0) {
          throw new IllegalArgumentException("expected the shortest form of the padding");
        }
        return value;
      }
    }
    throw new IllegalArgumentException("expected a padding of at most 9 bytes");
  }

  private static int uvarintLength(long value) {
    return Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 6) / 7);
  }
}
