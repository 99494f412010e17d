package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of CBOR (RFC 8949) that proofs are written in: numbers from 0 on, arrays and hashes, in
 * core deterministic encoding. A library would read other encodings of the same values too; here a
 * proof has one form, and no length is believed before the bytes are there.
 */
final class Cbor {

  private static final int NUMBER = 0;
  private static final int BYTES = 2;
  private static final int ARRAY = 4;

  /** The first value that stands in bytes of its own; from here on up, codes of how many. */
  private static final int ONE_BYTE = 24;

  private static final int TWO_BYTES = 25;
  private static final int FOUR_BYTES = 26;
  private static final int EIGHT_BYTES = 27;

  private Cbor() {}

  /** A reader of one form. */
  static final class Reader {

    private final ByteBuffer in;

    Reader(byte[] bytes) {
      this.in = ByteBuffer.wrap(bytes);
    }

    /** Reads the number of an array's items, which follow it. */
    int array(int most) {
      return (int) head(ARRAY, "an array", most);
    }

    long number() {
      return head(NUMBER, "a number", Long.MAX_VALUE);
    }

    int number(int most) {
      return (int) head(NUMBER, "a number", most);
    }

    List<CommP> hashes(int most) {
      int count = array(most);
      List<CommP> hashes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        long length = head(BYTES, "a hash", CommP.SIZE);
        if (length != CommP.SIZE) {
          throw new IllegalArgumentException(
              "expected a hash of %d bytes, found %d".formatted(CommP.SIZE, length));
        }
        need(CommP.SIZE);
        hashes.add(CommP.of(in.array(), in.position()));
        in.position(in.position() + CommP.SIZE);
      }
      return hashes;
    }

    void end() {
      if (in.hasRemaining()) {
        throw new IllegalArgumentException(
            "expected the end of the proof, found %d more bytes".formatted(in.remaining()));
      }
    }

    private long head(int type, String what, long most) {
      need(1);
      int first = in.get() & 0xff;
      if (first >>> 5 != type) {
        throw new IllegalArgumentException(
            "expected %s at byte %d, found CBOR of type %d"
                .formatted(what, in.position() - 1, first >>> 5));
      }
      long value = value(first & 31);
      if (value < 0 || value > most) {
        throw new IllegalArgumentException(
            "expected %s of at most %d, found %s"
                .formatted(what, most, Long.toUnsignedString(value)));
      }
      return value;
    }

    private long value(int code) {
      if (code < ONE_BYTE) {
        return code;
      }
      if (code > EIGHT_BYTES) {
        throw new IllegalArgumentException("expected a definite length in CBOR, found " + code);
      }
      need(1 << code - ONE_BYTE);
      long value =
          switch (code) {
            case ONE_BYTE -> in.get() & 0xff;
            case TWO_BYTES -> in.getShort() & 0xffff;
            case FOUR_BYTES -> in.getInt() & 0xffffffffL;
            default -> in.getLong();
          };
      if (code(value) != code) {
        throw new IllegalArgumentException(
            "expected the shortest form of %s".formatted(Long.toUnsignedString(value)));
      }
      return value;
    }

    private void need(int bytes) {
      if (in.remaining() < bytes) {
        throw new IllegalArgumentException(
            "expected %d more bytes of the proof, found %d".formatted(bytes, in.remaining()));
      }
    }
  }

  /** A writer of one form. */
  static final class Writer {

    private final ByteBuffer out;

    Writer(int most) {
      this.out = ByteBuffer.allocate(most);
    }

    Writer array(int count) {
      return head(ARRAY, count);
    }

    Writer number(long number) {
      return head(NUMBER, number);
    }

    Writer hashes(List<CommP> hashes) {
      array(hashes.size());
      for (CommP hash : hashes) {
        head(BYTES, CommP.SIZE);
        out.put(hash.bytes());
      }
      return this;
    }

    byte[] bytes() {
      byte[] bytes = new byte[out.position()];
      out.get(0, bytes);
      return bytes;
    }

    private Writer head(int type, long value) {
      int code = code(value);
      out.put((byte) (type << 5 | code));
      switch (code) {
        case ONE_BYTE -> out.put((byte) value);
        case TWO_BYTES -> out.putShort((short) value);
        case FOUR_BYTES -> out.putInt((int) value);
        case EIGHT_BYTES -> out.putLong(value);
        default -> {
          // the code is the value
        }
      }
      return this;
    }
  }

  /** The value itself where it is small, else the code of the bytes that it takes. */
  private static int code(long value) {
    if (value >>> 32 != 0) {
      return EIGHT_BYTES;
    }
    if (value >>> 16 != 0) {
      return FOUR_BYTES;
    }
    if (value >>> 8 != 0) {
      return TWO_BYTES;
    }
    return value >= ONE_BYTE ? ONE_BYTE : (int) value;
  }
}
