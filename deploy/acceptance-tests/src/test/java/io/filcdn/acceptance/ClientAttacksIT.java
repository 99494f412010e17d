package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.provider.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients, payers and providers who want bytes that nobody pays for, or that others pay for in
 * vain. Clients of {@code 127.0.n.1} are clients of their own.
 */
class ClientAttacksIT {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int MIB = 1 << 20;
  private static final long FREE_OF_DATA_SET = 100L * MIB;
  private static final long FREE_OF_PROVIDER = 80L * MIB;
  private static final long UNASKED = 50L * MIB;
  private static final int FILLS = 6;

  @TempDir static Path folder;

  private static Stack stack;
  private static Market market;
  private static Books books;

  @BeforeAll
  static void up() {
    stack =
        Stack.up(
            folder.resolve("data"),
            Map.of(
                "FILCDN_RETRIEVAL_UNVERIFIED_PER_DATA_SET", "" + FREE_OF_DATA_SET,
                "FILCDN_RETRIEVAL_UNVERIFIED_PER_PROVIDER_OF_DATA_SET", "" + FREE_OF_PROVIDER,
                "FILCDN_RETRIEVAL_LIMITS_UNASKED_BYTES_PER_CLIENT", "" + UNASKED,
                "FILCDN_RETRIEVAL_LIMITS_FILLS_PER_CLIENT", "" + FILLS));
    market = Market.open(stack, folder.resolve("provider"));
    books = new Books(stack);
  }

  @AfterAll
  static void down() {
    market.close();
    stack.close();
  }

  @Test
  void aPieceWhoseLastByteIsWrongCostsTheBudgetHoweverOftenItIsAskedFor() throws Exception {
    TestDataSet dataSet = market.newDataSet();
    PieceCid cid = dataSet.add(bytes(1, 64 * MIB));
    market.provider().fail(cid, new Fault.WrongByte(64 * MIB - 1));
    List<Callable<Download>> requests =
        IntStream.rangeClosed(10, 17)
            .<Callable<Download>>mapToObj(
                n -> () -> Client.get(Connection.client(n), dataSet.url(cid)))
            .toList();

    long taken = bodies(together(requests));
    for (int n = 10; n <= 17; n++) {
      taken += bodies(List.of(Client.get(Connection.client(n), dataSet.url(cid))));
    }

    assertThat(taken).isBetween(1L, FREE_OF_PROVIDER);
    long free = taken;
    await().atMost(SOON).until(() -> books.unbilledBytes(dataSet.id()) >= free);
    assertThat(books.unbilledBytes(dataSet.id())).isLessThanOrEqualTo(FREE_OF_PROVIDER);
    assertThat(books.egressBytes(dataSet.id()) + books.fillBytes(dataSet.id())).isZero();
  }

  /** The bytes that were sent of pieces; refusals have a text. */
  private static long bodies(List<Download> downloads) {
    assertThat(downloads).noneMatch(download -> download.status() == 200 && download.whole());
    return downloads.stream().filter(d -> d.status() == 200).mapToLong(Download::bytes).sum();
  }

  private static <T> List<T> together(List<Callable<T>> calls) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    }
  }

  @Test
  void resetsInTheMiddleOfAColdPieceGiveTheBudgetAndTheProviderIsPaidInTheEnd() {
    TestDataSet dataSet = market.newDataSet();
    int size = 64 * MIB;
    int stands = 27 * MIB; // 42 %
    PieceCid cid = dataSet.add(bytes(2, size));
    market.provider().fail(cid, new Fault.StallsAt(stands));

    long taken = 0;
    for (int n = 20; n < 26; n++) {
      try (Connection leaves = open(n, dataSet.url(cid))) {
        taken += leaves.takeUntilQuiet(Long.MAX_VALUE, 2_000).reset();
      }
    }
    market.provider().mend(cid);
    Download honest = Client.get(Connection.client(26), dataSet.url(cid));

    assertThat(taken).isBetween(1L, FREE_OF_DATA_SET);
    assertThat(honest.sha256()).isEqualTo(Client.sha256(bytes(2, size)));
    long received = taken + size;
    await().atMost(SOON).until(() -> books.egressBytes(dataSet.id()) >= received);
    await().atMost(SOON).until(() -> books.fillBytes(dataSet.id()) >= size);
    assertThat(books.fillBytes(dataSet.id())).isEqualTo(size);
    assertThat(books.unbilledBytes(dataSet.id())).isZero();
  }

  private static Connection open(int client, URI url) {
    return Connection.open(Connection.client(client), "GET", url, "");
  }

  @Test
  void whoAsksForTheWholeAndLeavesIsChargedForWhatThatFetched() {
    TestDataSet dataSet = market.newDataSet();
    int size = 15 * MIB;
    List<PieceCid> pieces =
        dataSet.addAll(IntStream.range(0, 6).mapToObj(i -> bytes(30 + i, size)).toList());

    List<Integer> answers = new ArrayList<>();
    for (PieceCid cid : pieces) {
      try (Connection leaves = open(30, dataSet.url(cid))) {
        answers.add(leaves.status());
        leaves.take(2_048).reset();
      }
      if (answers.getLast() == 200) {
        await().atMost(SOON).until(() -> market.provider().fetches(cid).bytes() == size);
        await().atMost(SOON).until(() -> isCached(dataSet.url(cid)));
      }
    }

    assertThat(answers).startsWith(200, 200, 200).endsWith(429).hasSize(6);
    long fetched = answers.stream().filter(status -> status == 200).count() * size;
    assertThat(fetched).isLessThanOrEqualTo(UNASKED + size);
    assertThat(Client.get(Connection.client(31), dataSet.url(pieces.getLast())).whole()).isTrue();
    await().atMost(SOON).until(() -> books.fillBytes(dataSet.id()) == fetched + size);
  }

  private static boolean isCached(URI url) {
    return Client.head(url).header("cache-status").orElse("").contains("hit");
  }

  @Test
  void fetchesThatBringNothingLeaveAClientItsFills() {
    TestDataSet dataSet = market.newDataSet();
    List<PieceCid> absent =
        dataSet.addAll(IntStream.range(0, FILLS + 2).mapToObj(i -> bytes(40 + i, 1_000)).toList());
    PieceCid there = dataSet.add(bytes(50, 1_000));
    absent.forEach(cid -> market.provider().fail(cid, new Fault.Answers(404)));
    InetAddress client = Connection.client(40);

    assertThat(absent).allMatch(cid -> Client.get(client, dataSet.url(cid)).status() == 404);
    assertThat(Client.get(client, dataSet.url(there)).status()).isEqualTo(200);
  }

  @Test
  void fiveAddressesWithSlowConnectionsCannotDenyAPayersQuotaToASixth() {
    TestDataSet dataSet = market.newDataSet();
    int size = 96 * MIB;
    PieceCid cid = dataSet.add(bytes(60, size));
    assertThat(Client.get(Connection.client(50), dataSet.url(cid)).whole()).isTrue();
    List<Connection> slow = new ArrayList<>();

    try {
      for (int i = 0; i < 1_250; i++) {
        slow.add(open(51 + i % 5, dataSet.url(cid)));
      }

      // beyond its share of the quota a client is refused
      assertThat(slow).extracting(Connection::status).contains(200).isSubsetOf(200, 429);
      assertThat((long) slow.size() * size).isGreaterThan(dataSet.cdnGrant());
      assertThat(Client.get(Connection.client(56), dataSet.url(cid)).whole()).isTrue();
    } finally {
      slow.forEach(Connection::reset);
    }
  }

  @Test
  void anotherTenantsSlowProviderDoesNotHoldAPiece() throws IOException {
    TestDataSet slow = market.newDataSet();
    int size = 8 * MIB;
    byte[] content = bytes(70, size);
    PieceCid cid = slow.add(content);
    market.provider().fail(cid, new Fault.Trickles(1_500));
    URI victims = stack.store(Files.write(folder.resolve("film.bin"), content));
    long before = books.fillBytes(stack.demoDataSet());

    try (Connection _ = open(60, slow.url(cid))) {
      await().atMost(SOON).until(() -> market.provider().fetches(cid).bytes() > 0);
      // the slow one would take an hour and a half
      assertThat(
              CompletableFuture.supplyAsync(
                  () -> Client.get(Connection.client(61), victims).sha256()))
          .succeedsWithin(Duration.ofMinutes(1))
          .isEqualTo(Client.sha256(content));
    }
    market.provider().mend(cid);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              long ofSlow = books.fillBytes(slow.id());
              assertThat(ofSlow).isLessThanOrEqualTo(market.provider().fetches(cid).bytes());
              assertThat(books.fillBytes(stack.demoDataSet()) - before).isEqualTo(size - ofSlow);
            });
  }

  @Test
  void whoLeavesEarlyIsBilledForWhatReachedItsMachineAndLittleMore() {
    TestDataSet dataSet = market.newDataSet();
    int size = 20_000_000;
    PieceCid cid = dataSet.add(bytes(80, size));
    URI url = dataSet.url(cid);
    assertThat(Client.get(Connection.client(70), url).whole()).isTrue();
    List<Integer> reads = List.of(1, 729, 100_000, 3_000_000);

    long billed = size;
    for (int i = 0; i < reads.size(); i++) {
      int requests = i + 2;
      long read = open(71, url).take(reads.get(i)).rest(1_000).reset();
      await().atMost(SOON).until(() -> books.requests(dataSet.id()) == requests);
      long more = books.egressBytes(dataSet.id()) - billed;
      billed += more;

      assertThat(more - read)
          .as("billed beyond the %d bytes that were read", read)
          .isBetween(0L, SocketBuffers.mostBilledUnread());
    }
    ByteCount counted = ByteCount.of(billed);
    await().atMost(SOON).until(() -> books.odometerCdnBytes(dataSet.id()).equals(counted));
  }

  @Test
  void noPageOfTheEdgeSharesAPayersHostWithOthers() {
    TestDataSet dataSet = market.newDataSet();
    URI piece = dataSet.url(dataSet.add(bytes(90, 1_000)));

    Download worker = Client.getWith("Service-Worker: script", piece);

    assertThat(worker.status()).isEqualTo(403);
    assertThat(worker.header("x-error-code")).hasValue("service-worker");
    List<Download> texts =
        List.of(worker, Client.get(piece.resolve("/nothing")), Client.get(piece.resolve("/")));
    for (Download text : texts) {
      assertThat(text.header("x-content-type-options")).hasValue("nosniff");
      assertThat(text.header("content-security-policy").orElse(""))
          .contains("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'");
    }
    Download served = Client.get(piece);
    assertThat(served.status()).isEqualTo(200);
    assertThat(served.header("content-security-policy").orElse(""))
        .contains("base-uri 'none'", "frame-ancestors 'self'");
  }

  private static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
