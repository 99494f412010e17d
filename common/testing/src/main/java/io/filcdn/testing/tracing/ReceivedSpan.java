package io.filcdn.testing.tracing;

import java.util.List;
import java.util.Map;

/**
 * A span that a program sent.
 *
 * @param service the program's name
 * @param parentId empty where it begins its trace
 * @param kind as OTLP numbers them: 1 internal, 2 server, 3 client, 4 producer, 5 consumer
 * @param attributes those that are texts
 * @param events the texts of its events' attributes
 */
public record ReceivedSpan(
    String service,
    String traceId,
    String spanId,
    String parentId,
    String name,
    long kind,
    Map<String, String> attributes,
    List<Link> links,
    List<String> events) {

  /** A span that caused it besides its parent. */
  public record Link(String traceId, String spanId) {}
}
