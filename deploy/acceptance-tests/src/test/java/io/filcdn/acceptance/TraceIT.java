package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.testing.tracing.OtlpReceiver;
import io.filcdn.testing.tracing.ReceivedSpan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace of one request, from an edge to the transaction that reports its bytes. */
class TraceIT {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final Duration REPORTED_WITHIN = Duration.ofMinutes(3);

  @TempDir private Path folder;

  @Test
  void aRequestIsFollowedToItsTransaction() throws Exception {
    try (OtlpReceiver collector = OtlpReceiver.start();
        Stack stack = Stack.up(folder.resolve("data"), variables(collector.settings()))) {
      Download fetched =
          Client.getWith(
              "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01",
              stack.demoPieces().getFirst().url());
      assertThat(fetched.status()).isEqualTo(200);

      ReceivedSpan request = awaitSpan(collector, "filcdn-retrieval", "GET");
      ReceivedSpan sent = awaitSpan(collector, "filcdn-retrieval", "send filcdn.egress");
      assertThat(sent.parentId()).isEqualTo(request.spanId());
      ReceivedSpan counted = awaitSpan(collector, "filcdn-metrics", "process filcdn.egress");
      assertThat(counted.parentId()).isEqualTo(sent.spanId());
      ReceivedSpan told = awaitSpan(collector, "filcdn-metrics", "send filcdn.usage");
      assertThat(told.parentId()).isEqualTo(counted.spanId());
      awaitSpan(collector, "filcdn-settlement", "process filcdn.usage");
      ReceivedSpan report = awaitSpan(collector, "filcdn-settlement", "report");
      ReceivedSpan transaction =
          await()
              .atMost(REPORTED_WITHIN)
              .until(
                  () ->
                      find(
                          collector,
                          span ->
                              span.name().equals("eth_sendRawTransaction")
                                  && span.parentId().equals(report.spanId())),
                  Optional::isPresent)
              .orElseThrow();

      assertThat(transaction.service()).isEqualTo("filcdn-settlement");
      assertThat(report.events()).anyMatch(text -> text.startsWith("0x"));
      assertThat(collector.spans(TRACE))
          .as("statements of metrics' database")
          .anyMatch(
              span ->
                  span.service().equals("filcdn-metrics")
                      && span.parentId().equals(counted.spanId())
                      && "postgresql".equals(span.attributes().get("db.system")));
      assertThat(collector.spans())
          .as("calls that nothing traced has made")
          .noneMatch(span -> span.parentId().isEmpty() && span.kind() == 3);
      assertThat(collector.spans().toString()).doesNotContain("password");
    }
  }

  /** A span of the request's trace, or one that is linked to it. */
  private static ReceivedSpan awaitSpan(OtlpReceiver collector, String service, String name) {
    Predicate<ReceivedSpan> wanted =
        span ->
            span.service().equals(service)
                && span.name().startsWith(name)
                && (span.traceId().equals(TRACE)
                    || span.links().stream().anyMatch(link -> link.traceId().equals(TRACE)));
    return await(service + " " + name)
        .atMost(REPORTED_WITHIN)
        .until(() -> find(collector, wanted), Optional::isPresent)
        .orElseThrow();
  }

  private static Optional<ReceivedSpan> find(
      OtlpReceiver collector, Predicate<ReceivedSpan> wanted) {
    return collector.spans().stream().filter(wanted).findFirst();
  }

  private static Map<String, String> variables(Map<String, String> settings) {
    Map<String, String> variables = new HashMap<>();
    settings.forEach(
        (name, value) ->
            variables.put(name.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT), value));
    return variables;
  }
}
