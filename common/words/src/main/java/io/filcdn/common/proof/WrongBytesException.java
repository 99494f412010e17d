package io.filcdn.common.proof;

import java.io.IOException;

/** Bytes that are not the piece's. */
public final class WrongBytesException extends IOException {

  WrongBytesException(String message) {
    super(message);
  }
}
