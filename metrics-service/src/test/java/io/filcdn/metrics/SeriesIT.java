package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.PAYER;
import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.TestStack.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Kafka has no order between topics: bytes can be counted before the index tells whose they are.
 */
class SeriesIT {

  private static final TestStack stack = new TestStack();

  private final MetricsService service =
      stack.service(stack.dataSource(), new MovedClock(NOON), new SimpleMeterRegistry());
  private final Database database = new Database(stack.dataSource());

  @BeforeEach
  void forget() {
    stack.forget();
  }

  @AfterEach
  void close() {
    service.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  private void tell(long dataSet, long version) {
    database.run(
        connection ->
            new PostgresDataSets().keepNewer(connection, List.of(indexed(dataSet, version))));
  }

  private static List<String> owners(boolean daily) {
    return stack.rows(
        "select dimension, value, cdn_bytes, cache_miss_bytes, requests from series"
            + " where dimension in ('payer', 'provider') and daily = "
            + daily
            + " order by dimension, value");
  }

  @Test
  void whatWasServedBeforeTheIndexToldIsItsOwnersFromThenOn() {
    service.pipeline().apply(batch(flush(journal(1), 0, 1, hit(7, 100), fill(7, 90), hit(8, 5))));
    assertThat(owners(true)).containsExactly("payer unknown 105 90 2", "provider unknown 105 90 2");

    tell(7, 1);
    tell(7, 2);
    service.pipeline().apply(batch(flush(journal(1), 0, 2, hit(7, 1000))));

    for (boolean daily : List.of(true, false)) {
      assertThat(owners(daily))
          .containsExactly(
              "payer " + PAYER + " 1100 90 2",
              "payer unknown 5 0 1",
              "provider fwss/3 1100 90 2",
              "provider unknown 5 0 1");
    }

    tell(8, 1);

    assertThat(owners(true))
        .containsExactly("payer " + PAYER + " 1105 90 3", "provider fwss/3 1105 90 3");
  }

  @Test
  void whatIsServedWhileTheIndexTellsIsCountedOnce() throws Exception {
    int dataSets = 200;
    CompletableFuture<Void> telling =
        CompletableFuture.runAsync(
            () -> {
              for (int dataSet = 0; dataSet < dataSets; dataSet++) {
                tell(dataSet, 1);
              }
            });
    int flushes = 0;
    while (!telling.isDone() || flushes == 0) {
      flushes++;
      service
          .pipeline()
          .apply(
              batch(
                  flush(
                      journal(1),
                      0,
                      flushes,
                      LongStream.range(0, dataSets)
                          .mapToObj(dataSet -> hit(dataSet, 3))
                          .toArray(EgressRow[]::new))));
    }
    telling.get(60, TimeUnit.SECONDS);

    long requests = (long) flushes * dataSets;
    assertThat(owners(true))
        .containsExactly(
            "payer " + PAYER + " " + requests * 3 + " 0 " + requests,
            "provider fwss/3 " + requests * 3 + " 0 " + requests);
  }
}
