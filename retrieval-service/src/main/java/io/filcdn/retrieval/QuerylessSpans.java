package io.filcdn.retrieval;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;
import java.util.List;

/** Spans without the queries of URLs, which hold tokens. */
@Singleton
final class QuerylessSpans implements SpanProcessor {

  private static final List<AttributeKey<String>> QUERIES =
      List.of(AttributeKey.stringKey("url.query"), AttributeKey.stringKey("url.full"));

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    for (AttributeKey<String> key : QUERIES) {
      String found = span.getAttribute(key);
      if (found != null) {
        span.setAttribute(key, key.getKey().equals("url.query") ? "" : found.split("[?#]", 2)[0]);
      }
    }
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {}

  @Override
  public boolean isEndRequired() {
    return false;
  }
}
