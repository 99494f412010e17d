package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.acceptance.Visitor.Offer;
import io.filcdn.acceptance.Visitor.Taken;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules of what nobody may gain or lose by a {@link RedTeam}, on everything that the system
 * consists of. A run is repeated by its seed: {@code -Dfilcdn.seed=}.
 */
@Tag("slow")
class RedTeamIT {

  private static final Duration ACTING = Duration.ofSeconds(30);
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final int MIB = 1 << 20;
  private static final long FREE_OF_DATA_SET = 8L * MIB;
  private static final Map<String, String> SMALL_BUDGETS =
      Map.of(
          "FILCDN_RETRIEVAL_UNVERIFIED_PER_DATA_SET", "" + FREE_OF_DATA_SET,
          "FILCDN_RETRIEVAL_UNVERIFIED_PER_PROVIDER_OF_DATA_SET", "" + 6 * MIB,
          "FILCDN_RETRIEVAL_UNVERIFIED_PER_PROVIDER", "" + 10 * MIB,
          // nothing grows back meanwhile
          "FILCDN_RETRIEVAL_UNVERIFIED_REFILL", "365d",
          "FILCDN_RETRIEVAL_CACHE_ABANDONED_TIME", "8s");

  @TempDir Path folder;

  private Stack stack;
  private Books books;
  private Forger forger;
  private RedTeam team;

  @BeforeEach
  void up() {
    long seed = Long.getLong("filcdn.seed", new Random().nextLong());
    System.out.printf("red team: -Dfilcdn.seed=%d%n", seed);
    stack = Stack.up(folder.resolve("data"), SMALL_BUDGETS);
    books = new Books(stack);
    forger = new Forger(stack);
    team = new RedTeam(stack, folder, seed);
  }

  @AfterEach
  void down() {
    team.close();
    forger.close();
    stack.close();
  }

  @Test
  void nobodyGainsByCheatingAndTheHonestArePaid() throws Exception {
    TestDataSet victim = team.honestDataSet();
    TestDataSet doomed = team.honestDataSet();
    TestDataSet liar = team.roguesDataSet();
    TestDataSet captor = team.roguesDataSet();
    List<byte[]> contents = team.contents(6, 1);
    List<Offer> truths = team.offer(victim, contents);
    team.offer(doomed, team.contents(1, 1));
    team.offerLies(liar, team.contents(6, 4 * MIB));
    // a piece of the victim, whose fills it would like to hold
    team.offerLies(captor, List.of(contents.getLast()));
    Visitor guest = new Visitor(Connection.client(99), truths, team.random());
    guest.takeAll(truths.getFirst());
    LyingEdge edge = lyingEdge();

    team.act(edge, ACTING);
    claimMoreThanWasPaidIn(doomed);
    truths.forEach(offer -> assertThat(guest.takeAll(offer)).isEqualTo(offer.sha256()));
    await().atMost(SOON).during(Duration.ofSeconds(5)).until(this::isQuiet);

    List<Visitor> all = Stream.concat(team.visitors().stream(), Stream.of(guest)).toList();
    for (TestDataSet dataSet : team.dataSets()) {
      assertNobodyGained(dataSet.id(), taken(all, dataSet.id()), edge.leased(dataSet.id()));
    }
    assertThat(edge.refused()).isGreaterThan(0);
    assertThat(fillBytes(victim, edge) + fillBytes(captor, edge))
        .as("what the providers of the victim's pieces are paid")
        .isEqualTo(truths.stream().mapToLong(Offer::size).sum());
    team.dataSets().forEach(dataSet -> assertReported(dataSet, dataSet.equals(doomed)));
  }

  private LyingEdge lyingEdge() {
    EdgePrivateKey key = stack.admit(LyingEdge.NAME);
    await().atMost(SOON).until(() -> books.journal("local").isPresent());
    List<DataSetId> all = team.dataSets().stream().map(TestDataSet::id).toList();
    return new LyingEdge(forger, key, books.journal("local").get(), all, team.random());
  }

  /** Tells settlement of a byte more, as who has metrics' login could. */
  private void claimMoreThanWasPaidIn(TestDataSet dataSet) {
    ByteCount more = ByteCount.of(dataSet.cdnGrant() + 1);
    forger.write(new UsageRecord(dataSet.id(), 2, more, more, new Epoch(stack.devnet().epoch())));
  }

  /** Whether all that was served is in the books. */
  private boolean isQuiet() {
    URI edge = stack.management("retrieval");
    return Stream.of(
                "filcdn_requests",
                "filcdn_fills",
                "filcdn_fills_abandoned_bytes",
                "filcdn_journal_records")
            .allMatch(gauge -> MetricsPage.sum(edge, gauge, "") == 0)
        && MetricsPage.sum(stack.management("metrics"), "filcdn_intake_lag_records", "egress") == 0;
  }

  private static Taken taken(List<Visitor> visitors, DataSetId dataSet) {
    return visitors.stream()
        .map(visitor -> visitor.taken(dataSet))
        .reduce(Taken.NOTHING, Taken::plus);
  }

  private void assertNobodyGained(DataSetId dataSet, Taken taken, long leasedByLiar) {
    long spent = counted(dataSet).cdnBytes().bytes() - leasedByLiar;

    assertThat(spent)
        .as("what %s pays for what its clients took: %s", dataSet, taken)
        .isLessThanOrEqualTo(taken.bytes() + taken.left() * SocketBuffers.mostBilledUnread());
    assertThat(taken.bytes() - spent)
        .as("what clients of %s took for nothing", dataSet)
        .isLessThanOrEqualTo(FREE_OF_DATA_SET);
    assertThat(books.unbilledBytes(dataSet)).isLessThanOrEqualTo(FREE_OF_DATA_SET);
  }

  private long fillBytes(TestDataSet dataSet, LyingEdge edge) {
    return counted(dataSet.id()).cacheMissBytes().bytes() - edge.leased(dataSet.id());
  }

  /** What metrics counted: it never counted anew. */
  private UsageRecord counted(DataSetId dataSet) {
    return books
        .odometer(dataSet, 1)
        .orElseGet(() -> new UsageRecord(dataSet, 1, ByteCount.ZERO, ByteCount.ZERO, new Epoch(0)));
  }

  private void assertReported(TestDataSet dataSet, boolean doomed) {
    ByteCount all = counted(dataSet.id()).cdnBytes();
    if (!doomed) {
      await().atMost(SOON).until(() -> dataSet.reported(UsageReport::cdnBytes) == all.bytes());
    }
    assertThat(dataSet.reported(UsageReport::cdnBytes))
        .isLessThanOrEqualTo(Math.min(all.bytes(), dataSet.cdnGrant()));
  }
}
