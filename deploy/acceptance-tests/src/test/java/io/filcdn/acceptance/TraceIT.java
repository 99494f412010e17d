package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.testing.tracing.OtlpReceiver;
import io.filcdn.testing.tracing.ReceivedSpan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace of one request, from an edge to the transaction that reports its bytes. */
class TraceIT {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final long INTERNAL = 1;
  private static final long SERVER = 2;
  private static final long CLIENT = 3;
  private static final long PRODUCER = 4;
  private static final long CONSUMER = 5;

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

      ReceivedSpan request =
          awaitSpan(
              collector, span -> span.kind() == SERVER && span.traceId().equals(TRACE), "request");
      ReceivedSpan sent = next(collector, request, PRODUCER, "send filcdn.egress");
      ReceivedSpan counted = next(collector, sent, CONSUMER, "process filcdn.egress");
      ReceivedSpan told = next(collector, counted, PRODUCER, "send filcdn.usage");
      ReceivedSpan kept = next(collector, told, CONSUMER, "process filcdn.usage");
      ReceivedSpan report = next(collector, kept, INTERNAL, "report");
      ReceivedSpan transaction = next(collector, report, CLIENT, "eth_sendRawTransaction");

      assertThat(List.of(request, sent, counted, told, kept, report, transaction))
          .extracting(ReceivedSpan::service)
          .containsExactly(
              "filcdn-retrieval",
              "filcdn-retrieval",
              "filcdn-metrics",
              "filcdn-metrics",
              "filcdn-settlement",
              "filcdn-settlement",
              "filcdn-settlement");
      assertThat(report.events()).anyMatch(text -> text.startsWith("0x"));
      assertThat(collector.spans())
          .as("statements of metrics' database")
          .anyMatch(
              span ->
                  span.service().equals("filcdn-metrics")
                      && span.parentId().equals(counted.spanId())
                      && "postgresql".equals(span.attributes().get("db.system")));
      assertThat(collector.spans())
          .as("calls that nothing traced has made")
          .noneMatch(span -> span.parentId().isEmpty() && span.kind() == CLIENT);
      assertThat(collector.spans().toString()).doesNotContain("password");
    }
  }

  /** Waits for a span that is a child of another, or linked to it. */
  private static ReceivedSpan next(
      OtlpReceiver collector, ReceivedSpan cause, long kind, String name) {
    return awaitSpan(
        collector,
        span ->
            span.kind() == kind
                && span.name().equals(name)
                && (span.parentId().equals(cause.spanId())
                    || span.links()
                        .contains(new ReceivedSpan.Link(cause.traceId(), cause.spanId()))),
        name);
  }

  private static ReceivedSpan awaitSpan(
      OtlpReceiver collector, Predicate<ReceivedSpan> wanted, String name) {
    return await(name)
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
