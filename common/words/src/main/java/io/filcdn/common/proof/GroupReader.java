package io.filcdn.common.proof;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A reader of a piece's raw bytes. */
@FunctionalInterface
public interface GroupReader {

  /**
   * Reads raw bytes, all of them.
   *
   * @param from the first one
   * @param length at most 1 MiB
   */
  ByteBuffer read(long from, int length) throws IOException;
}
