package io.filcdn.retrieval.connection;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.StringUtil;

/**
 * The check of a body's chunks, at each line that tells a chunk's size: hex digits, then the line's
 * end or, behind white space, extensions (RFC 9112, 7.1). How long sizes may be, and what
 * extensions look like, is Netty's to check. Confined to one thread.
 *
 * <pre>
 *           digit                 white space
 *   SIZE ---------> MORE_OF_SIZE -------------> EXTENSION
 *    ^                |      | ; or CR   ; or CR |    |
 *    |                |      +-> REST_OF_LINE <--+    |
 *    |                |               |               |
 *    |                +--- line end --+---------------+
 *    |                        |
 *    |                        +-- size 0 --> TRAILERS
 *    |  the chunk was read    v
 *    +---------------------- DATA
 * </pre>
 */
final class ChunkSizes {

  private static final int LINE_END = 2;

  /** The part of the body that comes next. */
  private enum Next {
    SIZE,
    MORE_OF_SIZE,
    EXTENSION,
    REST_OF_LINE,
    DATA,
    TRAILERS
  }

  private Next next = Next.SIZE;
  private long size;

  /** True where all sizes are right in the bytes from {@code from} to before {@code to}. */
  boolean areWellFormed(ByteBuf in, int from, int to) {
    int at = from;
    while (at < to && next != Next.TRAILERS) {
      if (next == Next.DATA) {
        int part = (int) Math.min(size, to - at);
        at += part;
        size -= part;
        next = size == 0 ? Next.SIZE : Next.DATA;
      } else if (!follow(in.getByte(at++))) {
        return false;
      }
    }
    return true;
  }

  private boolean follow(byte c) {
    int digit = next == Next.SIZE || next == Next.MORE_OF_SIZE ? StringUtil.decodeHexNibble(c) : -1;
    if (digit >= 0) {
      size = next == Next.SIZE ? digit : size * 16 + digit;
      next = Next.MORE_OF_SIZE;
    } else if (next == Next.SIZE) {
      return false;
    } else if (c == '\n') {
      next = size == 0 ? Next.TRAILERS : Next.DATA;
      size += LINE_END;
    } else if (next != Next.REST_OF_LINE) {
      next = c == ' ' || c == '\t' ? Next.EXTENSION : Next.REST_OF_LINE;
      return next == Next.EXTENSION || c == ';' || c == '\r';
    }
    return true;
  }
}
