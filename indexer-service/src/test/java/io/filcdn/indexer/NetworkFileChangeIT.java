package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.range.RangePlanner;
import org.junit.jupiter.api.Test;

/** Data sets say what the network file makes of the same events, whichever it was before. */
class NetworkFileChangeIT extends FakeChainTest {

  private static final Address FIRST = Contracts.PAST_OPERATOR;
  private static final Address SECOND = Contracts.OPERATOR;
  private static final Address THIRD = Contracts.numbered(0xb1);

  @Test
  void theOperatorMigratesTwiceAndBack() {
    restart(FIRST, office(FIRST, 0, "null"));
    chain
        .blocks(3)
        .block(Contracts.dataSetCreated(12, 3, PAYER), Contracts.dataSetCreated(13, 3, PAYER))
        .block(Contracts.usageReported(FIRST, 12, 1, 500, 100, 10));
    assertReported(500L, 100);

    String past = office(FIRST, 0, "5");
    restart(SECOND, past + ", " + office(SECOND, 6, "null"));
    assertReported(null, 100);
    chain.block(Contracts.usageReported(SECOND, 12, 1, 30, 50, 5));
    assertReported(30L, 150);

    past += ", " + office(SECOND, 6, "6");
    restart(THIRD, past + ", " + office(THIRD, 7, "null"));
    assertReported(null, 150);
    chain.block(Contracts.usageReported(THIRD, 12, 1, 20, 7, 7));
    assertReported(20L, 157);

    past += ", " + office(THIRD, 7, "7");
    restart(FIRST, past + ", " + office(FIRST, 8, "null"));
    assertReported(500L, 157);
    chain.block(Contracts.usageReported(FIRST, 12, 501, 600, 1, 1));
    assertReported(600L, 158);
    assertThatTopicsEqualTables();
  }

  @Test
  void whatAnOperatorReportedBeforeTheFileNamedItCounts() {
    restart(FIRST, office(FIRST, 0, "null"));
    chain
        .blocks(3)
        .block(Contracts.dataSetCreated(12, 3, PAYER))
        .block(Contracts.usageReported(SECOND, 12, 1, 400, 30, 3))
        .block(Contracts.toppedUp(12, 70, 30))
        .blocks(6)
        .block(Contracts.usageReported(SECOND, 12, 401, 410, 2, 2))
        .finalUpTo(11)
        .block(Contracts.usageReported(SECOND, 12, 411, 420, 1, 1));
    assertReported(null, 0);

    node.refuseRangesAbove(3);
    restart(SECOND, office(FIRST, 0, "3") + ", " + office(SECOND, 4, "null"));
    indexer.catchUp();
    indexer.clock().move(TestIndexer.RECHECKED_EVERY);
    assertReported(420L, 33);

    // and once more, after a time in which the file did not name it
    restart(FIRST, office(FIRST, 0, "null"));
    chain.block(Contracts.usageReported(SECOND, 12, 421, 430, 5, 5)).blocks(2).finalUpTo(15);
    assertReported(null, 0);
    restart(SECOND, office(FIRST, 0, "3") + ", " + office(SECOND, 4, "null"));
    assertReported(430L, 38);
    assertThatTopicsEqualTables();
  }

  @Test
  void onlyWhatComesOutDifferentlyIsPublished() {
    restart(FIRST, office(FIRST, 0, "null"));
    chain
        .blocks(3)
        .block(Contracts.dataSetCreated(12, 3, PAYER), Contracts.dataSetCreated(13, 3, PAYER))
        .block(Contracts.usageReported(FIRST, 12, 1, 500, 100, 10))
        .blocks(5)
        .finalUpTo(10);
    assertReported(500L, 100);
    long untouched = dataSet("fwss/13").asOf().version();
    long touched = dataSet("fwss/12").asOf().version();

    restart(FIRST, office(FIRST, 0, "null"));
    indexer.catchUp().publishAll();
    assertThat(dataSet("fwss/12").asOf().version()).isEqualTo(touched);

    restart(SECOND, office(FIRST, 0, "5") + ", " + office(SECOND, 6, "null"));
    assertReported(null, 100);
    assertThat(dataSet("fwss/12").asOf().version()).isGreaterThan(touched);
    assertThat(dataSet("fwss/13").asOf().version()).isEqualTo(untouched);
  }

  private void restart(Address inOffice, String operators) {
    indexer.close();
    indexer =
        new TestIndexer(
            tables.source(),
            producer,
            Contracts.network(node.url(), inOffice, operators),
            new RangePlanner(new BlockNumber(0), 10, 4));
    Patience.patiently()
        .until(
            () -> {
              indexer.turn();
              return indexer.progress().now().state() != Progress.State.STANDBY;
            });
  }

  private static String office(Address operator, long from, String to) {
    return "{\"address\": \"%s\", \"fromBlock\": %d, \"toBlock\": %s}"
        .formatted(operator, from, to);
  }

  private void assertReported(@org.jspecify.annotations.Nullable Long last, long cdnBytes) {
    indexer.catchUp().publishAll();
    DataSetRecord record = dataSet("fwss/12");
    assertThat(record.lastReportedEpoch().map(Epoch::value).orElse(null)).isEqualTo(last);
    assertThat(record.reported().cdnBytes().bytes()).isEqualTo(cdnBytes);
  }
}
