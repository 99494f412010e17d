package io.filcdn.retrieval.origin;

import io.vertx.core.buffer.Buffer;

/** A taker of one provider's bytes. Called on one event loop. */
interface OriginSink {

  /** The head of the answer came and promises the bytes. */
  void answered();

  /** Some bytes came, in order. */
  void arrived(Buffer bytes);

  /** All that this answer promised came, and the piece goes on. */
  void ranOut();

  /** All bytes came. */
  void completed();

  /** No more bytes will come from this provider. */
  void failed(OriginFailure failure);
}
