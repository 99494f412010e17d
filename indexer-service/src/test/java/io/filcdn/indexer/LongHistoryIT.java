package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.admin.OperationQueue;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Data sets with histories that are too long to be read whole at each event. */
class LongHistoryIT extends FakeChainTest {

  private static final int DATA_SETS = 50;
  private static final int EVENTS_EACH = 1000;
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void memoryDoesNotGrowWithTheHistoryThatIsFolded() throws SQLException {
    chain.block(logs(i -> Contracts.dataSetCreated(i, 3, PAYER)));
    indexer.catchUp();
    long block = chain.head().number();
    addSettlements(block);
    chain.block(logs(i -> Contracts.cdnSettlement(i, 5)));

    long taken;
    try (ScheduledExecutorService collector = Executors.newSingleThreadScheduledExecutor();
        LiveHeap heap = LiveHeap.watch()) {
      ScheduledFuture<?> collecting =
          collector.scheduleWithFixedDelay(System::gc, 0, 200, TimeUnit.MILLISECONDS);
      indexer.catchUp();
      taken = heap.peak() - heap.before();
      collecting.cancel(false);
    }

    assertThat(taken).isLessThan(8 * MEBIBYTE);
    assertThat(tables.rows("select cdn_settled from data_sets"))
        .isEqualTo(Collections.nCopies(DATA_SETS, Integer.toString(EVENTS_EACH + 5)));
  }

  @Test
  void finalEventsAreFoldedOnceAndAllOfThemWhereEverythingIsPublishedAnew() throws SQLException {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).block(Contracts.cdnSettlement(12, 40));
    chain.finalUpTo(chain.head().number());
    indexer.catchUp();
    execute("delete from events where kind = 'CDNSettlement'");

    settle(2);
    assertThat(tables.rows("select cdn_settled from data_sets")).containsExactly("42");

    indexer.operations().offer(new OperationQueue.Operation.Republish(Set.of(Topic.DATA_SETS)));
    indexer.catchUp();
    assertThat(tables.rows("select cdn_settled from data_sets")).containsExactly("2");

    settle(1);
    assertThat(tables.rows("select cdn_settled from data_sets")).containsExactly("3");
  }

  private void settle(long amount) {
    chain.block(Contracts.cdnSettlement(12, amount));
    chain.finalUpTo(chain.head().number());
    indexer.catchUp();
  }

  private interface LogOf {
    FakeLog dataSet(long id);
  }

  private static FakeLog[] logs(LogOf log) {
    return LongStream.rangeClosed(1, DATA_SETS).mapToObj(log::dataSet).toArray(FakeLog[]::new);
  }

  /** Settlements of 1 each; as JSON they are a kilobyte, as long addresses and hashes make them. */
  private void addSettlements(long block) throws SQLException {
    execute(
        """
        insert into events
        select %1$d, 1000 + n, '0x' || repeat('0', 64), '0x' || repeat('0', 64), 'CDNSettlement',
               rpad('{"dataSet": "fwss/' || 1 + n %% %2$d || '", "cdnAmount": "1"}', 1000)
          from generate_series(0, %2$d * %3$d - 1) n"""
            .formatted(block, DATA_SETS, EVENTS_EACH));
    execute(
        """
        insert into event_entities
        select 'data-set:fwss/' || 1 + n %% %2$d, %1$d, 1000 + n
          from generate_series(0, %2$d * %3$d - 1) n"""
            .formatted(block, DATA_SETS, EVENTS_EACH));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = tables.source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
