package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What nobody pays for is bounded, whoever lies and whoever leaves. A data set may give away 8 MiB,
 * of which 6 from one provider; a provider 9 MiB.
 */
class UnverifiedIT extends EdgeTest {

  private static final int MIB = 1 << 20;
  private static final int OF_SHARE = 6 * MIB;
  private static final int OF_PROVIDER = 9 * MIB;
  private static final int STALLS_AFTER = 16 * MIB;

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.unverified.per-data-set", "8M",
        "filcdn.retrieval.unverified.per-provider-of-data-set", "6M",
        "filcdn.retrieval.unverified.per-provider", "9M",
        "filcdn.retrieval.unverified.refill", "24h",
        "filcdn.retrieval.cache.abandoned-size", "50M",
        "filcdn.retrieval.cache.max-size", "60M",
        "filcdn.retrieval.origin.stall-timeout", "60s",
        // each test spoils the providers' reputation for the next
        "filcdn.retrieval.origin.leave-alone", "1ms");
  }

  /** A payer with a data set at a provider of its own, on a machine of its own. */
  private record Victim(Payer payer, String dataSet, TestProvider provider)
      implements AutoCloseable {

    @Override
    public void close() {
      provider.close();
    }
  }

  private Victim victim(int number) throws IOException {
    Payer payer = newPayer();
    TestProvider own = new TestProvider(InetAddress.getByName("127.8.0." + number % 100));
    String dataSet = "fwss/" + (900_000 + number);
    index.provider("fwss/" + number, own.url());
    index.dataSet(dataSet, payer.address(), "fwss/" + number);
    return new Victim(payer, dataSet, own);
  }

  private TestPiece lied(Victim liar, int size) throws IOException {
    TestPiece piece = newPiece(size);
    liar.provider.with(piece, new Fault.WrongByte(size - 1));
    place(piece, liar.payer.address(), liar.dataSet);
    return piece;
  }

  private long taken(List<Callable<Answer>> requests) throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      long taken = 0;
      for (Future<Answer> answer : clients.invokeAll(requests)) {
        assertThat(answer.get().whole() && answer.get().status() == 200).isFalse();
        taken += answer.get().status() == 200 ? answer.get().body().length : 0;
      }
      return taken;
    }
  }

  @Test
  void aPayerAndAProviderThatLieGetNoMoreThanTheirBudget() throws Exception {
    try (Victim liar = victim(8_001)) {
      List<Callable<Answer>> requests = new ArrayList<>();
      TestPiece large = lied(liar, 32 * MIB);
      for (int i = 0; i < 6; i++) {
        TestPiece piece = i == 0 ? large : lied(liar, 5 * MIB);
        for (int client = 0; client < 4; client++) {
          requests.add(() -> get(liar.payer, piece));
        }
      }

      long first = taken(requests);
      long then = taken(requests);

      assertThat(first).isGreaterThan(0);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> assertThat(lost(liar.dataSet)).isBetween(first + then, (long) OF_SHARE));
    }
  }

  @Test
  void aLyingProvidersOtherPayersAddNothing() throws Exception {
    try (Victim liar = victim(8_002)) {
      List<Callable<Answer>> requests = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Payer payer = newPayer();
        String dataSet = "fwss/" + (910_000 + i);
        index.dataSet(dataSet, payer.address(), "fwss/8002");
        TestPiece piece = newPiece(7 * MIB);
        liar.provider.with(piece, new Fault.WrongByte(0));
        place(piece, payer.address(), dataSet);
        requests.add(() -> get(payer, piece));
        requests.add(() -> get(payer, piece));
      }

      assertThat(taken(requests) + taken(requests)).isBetween(1L, (long) OF_PROVIDER);
    }
  }

  @Test
  void oneMachineGivesAwayNoMoreByManyProviderIdsAndItsHonestProvidersAreServed() throws Exception {
    try (Victim first = victim(8_007)) {
      List<Callable<Answer>> requests = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Payer payer = newPayer();
        String dataSet = "fwss/" + (920_000 + i);
        index.provider("fwss/" + (8_100 + i), first.provider.url());
        index.dataSet(dataSet, payer.address(), "fwss/" + (8_100 + i));
        TestPiece piece = newPiece(7 * MIB);
        first.provider.with(piece, new Fault.WrongByte(7 * MIB - 1));
        place(piece, payer.address(), dataSet);
        requests.add(() -> get(payer, piece));
      }
      TestPiece honest = newPiece(7 * MIB);
      first.provider.with(honest);
      place(honest, first.payer.address(), first.dataSet);

      assertThat(taken(requests)).isBetween(1L, (long) OF_PROVIDER);

      assertThat(get(first.payer, honest).body()).isEqualTo(honest.bytes());
    }
  }

  @Test
  void clientsThatLeaveGetNoMoreThanTheBudgetAndOthersAreServed() throws Exception {
    try (Victim victim = victim(8_003)) {
      CountDownLatch never = new CountDownLatch(1);
      List<TestPiece> pieces = new ArrayList<>();
      int size = 40 * MIB;
      for (int i = 0; i < 5; i++) {
        TestPiece piece = newPiece(size);
        victim.provider.with(piece, new Fault.WaitsAfter(STALLS_AFTER, never));
        place(piece, victim.payer.address(), victim.dataSet);
        pieces.add(piece);
      }

      long taken = 0;
      for (TestPiece piece : pieces) {
        taken += takeAndLeave(victim.payer, victim.provider, piece);
      }

      assertThat(taken).isBetween(1L, (long) OF_SHARE);
      // no more fit; what was still on its way from the provider is lost with the connection
      assertThat(edge.edge().cache().abandonedBytes())
          .isBetween(2L * STALLS_AFTER, 3L * STALLS_AFTER);
      never.countDown();
      for (TestPiece piece : pieces) {
        victim.provider.heal(piece.cid());
      }
      Answer honest = get(victim.payer, pieces.getLast());
      assertThat(honest.body()).isEqualTo(pieces.getLast().bytes());
      assertThat(honest.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    }
  }

  /** Takes what comes of a piece until nothing does, and leaves. */
  private long takeAndLeave(Payer payer, TestProvider provider, TestPiece piece) throws Exception {
    long sentBefore = provider.bytesSent();
    long taken = 0;
    try (EdgeClient.Exchange leaves = begin(payer, piece)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> provider.bytesSent() >= sentBefore + STALLS_AFTER);
      taken += leaves.readUntilQuiet(Duration.ofSeconds(1));
      leaves.reset();
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().fills() == 0);
    return taken;
  }

  @Test
  void anAbandonedFillGoesOnWhereItStoodAndAllIsBilled() throws Exception {
    try (Victim victim = victim(8_004)) {
      CountDownLatch never = new CountDownLatch(1);
      int size = 40 * MIB;
      TestPiece piece = newPiece(size);
      victim.provider.with(piece, new Fault.WaitsAfter(10 * MIB, never));
      place(piece, victim.payer.address(), victim.dataSet);
      try (EdgeClient.Exchange leaves = begin(victim.payer, piece)) {
        assertThat(leaves.read(3 * MIB)).hasSize(3 * MIB);
        await().atMost(Duration.ofSeconds(20)).until(() -> victim.provider.bytesSent() >= 10 * MIB);
        leaves.reset();
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().fills() == 0);
      await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
      assertThat(isCold(piece)).isTrue();
      // what was still on its way from the provider is lost with the connection
      long kept = edge.edge().cache().abandonedBytes();
      assertThat(kept).isBetween(3L * MIB, 10L * MIB);
      victim.provider.heal(piece.cid());

      Answer next = get(victim.payer, piece);

      assertThat(next.body()).isEqualTo(piece.bytes());
      assertThat(next.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
      assertThat(victim.provider.requestsFor(piece)).isEqualTo(2);
      assertThat(victim.provider.bytesSent()).isEqualTo(10L * MIB + size - kept);
      await().atMost(Duration.ofSeconds(20)).until(() -> fillBytes(victim.dataSet) == size);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> egressOf(victim.dataSet) >= size + 3L * MIB);
      assertThat(egressOf(victim.dataSet)).isLessThanOrEqualTo(size + (long) OF_SHARE);
      assertThat(edge.edge().cache().abandonedBytes()).isZero();
      never.countDown();
    }
  }

  private long lost(String dataSet) {
    return rows(dataSet, EgressRow.Unbilled.class).stream()
        .mapToLong(row -> row.unbilledBytes().bytes())
        .sum();
  }

  private long egressOf(String dataSet) {
    return rows(dataSet, EgressRow.Egress.class).stream()
        .mapToLong(row -> row.egressBytes().bytes())
        .sum();
  }

  @Test
  void honestClientsAreServedAsIfThereWereNoBudget() throws Exception {
    try (Victim victim = victim(8_005)) {
      for (int i = 0; i < 4; i++) {
        TestPiece piece = newPiece(5 * MIB);
        CountDownLatch goOn = new CountDownLatch(1);
        victim.provider.with(piece, new Fault.WaitsAfter(4 * MIB, goOn));
        place(piece, victim.payer.address(), victim.dataSet);

        try (EdgeClient.Exchange exchange = begin(victim.payer, piece)) {
          // what has come is sent, though the verdict is open
          assertThat(exchange.read(4 * MIB)).isEqualTo(Arrays.copyOf(piece.bytes(), 4 * MIB));
          goOn.countDown();
          assertThat(exchange.read(MIB)).hasSize(MIB);
        }
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> egressOf(victim.dataSet) == 20L * MIB);
    }
  }

  @Test
  void whatIsTooLargeToBeVerifiedFirstIsRefusedWhereTheBudgetIsUsedUp() throws Exception {
    try (Victim victim = victim(8_006)) {
      TestPiece piece = newPiece(70 * MIB);
      victim.provider.with(piece);
      place(piece, victim.payer.address(), victim.dataSet);

      assertRefused(get(victim.payer, piece), 503, "unverified-budget-exhausted");

      Answer range = get(victim.payer, piece, "Range: bytes=1000000-5999999");
      assertThat(range.body()).isEqualTo(Arrays.copyOfRange(piece.bytes(), 1_000_000, 6_000_000));
    }
  }
}
