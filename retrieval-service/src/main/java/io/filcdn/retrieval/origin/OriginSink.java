package io.filcdn.retrieval.origin;

import io.vertx.core.buffer.Buffer;

/** Who takes a provider's bytes. Called on one event loop. */
public interface OriginSink {

  /** Some bytes came, in order. */
  void arrived(Buffer bytes);

  /** All bytes came. */
  void completed();

  /** No more bytes will come from this provider. */
  void failed(OriginFailure failure);
}
