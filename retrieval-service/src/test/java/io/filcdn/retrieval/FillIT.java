package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fills from providers that fail in every way, and from disks that do. */
class FillIT extends EdgeTest {

  private static final int LAST_BLOCK = 64 << 10;

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.origin.stall-timeout", "5s",
        "filcdn.retrieval.origin.first-byte-timeout", "5s",
        "filcdn.retrieval.cache.abandoned-time", "1s",
        // each test spoils the providers' reputation for the next
        "filcdn.retrieval.origin.leave-alone", "1ms",
        "filcdn.retrieval.origin.absence", "1ms",
        "filcdn.retrieval.origin.mismatch", "1ms");
  }

  @Test
  void aProviderThatDiesAtAnyByteIsReplacedAtThatByte() throws Exception {
    Payer payer = newPayer();
    Random random = new Random(11);
    int size = 500_000;
    for (int i = 0; i < 12; i++) {
      TestPiece piece = placedTwice(payer, size);
      int at = random.nextInt(size);
      provider.fail(piece, new Fault.DiesAfter(at));
      secondProvider.fail(piece, new Fault.DiesAfter(at));
      // whichever is asked first dies, the other goes on from there
      TestProvider healthy = i % 2 == 0 ? provider : secondProvider;
      healthy.heal(piece.cid());

      Answer answer = get(payer, piece);

      assertThat(answer.body()).isEqualTo(piece.bytes());
    }
    assertBilled(payer, 12L * size, 12L * size);
    assertThat(unbilledBytes(payer)).isZero();
  }

  @Test
  void whereNoProviderIsLeftTheConnectionIsCutAndNothingIsBilled() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 500_000);
    provider.fail(piece, new Fault.DiesAfter(200_000));
    secondProvider.fail(piece, new Fault.DiesAfter(300_000));

    Answer answer = get(payer, piece);

    assertThat(answer.whole()).isFalse();
    assertThat(answer.body()).isEqualTo(Arrays.copyOf(piece.bytes(), answer.body().length));
    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 1);
    assertBilled(payer, 0, 0);
    assertThat(unbilledBytes(payer)).isEqualTo(answer.body().length);
  }

  @ParameterizedTest
  @CsvSource({
    "404, 404, 404, piece-gone",
    "410, 451, 404, piece-gone",
    "500, 404, 502, origin-failed",
    "403, 503, 502, origin-failed",
    "500, 500, 502, origin-failed",
    "204, 301, 502, origin-failed",
    "206, 200, 502, origin-failed"
  })
  void clientsAreToldWhatAllProvidersSaid(int first, int second, int status, String code)
      throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 1_000);
    provider.fail(piece, new Fault.Answers(first));
    secondProvider.fail(piece, new Fault.Answers(second));

    Answer answer = get(payer, piece);

    assertRefused(answer, status, code);
    assertThat(answer.text())
        .contains("fwss/1: ", "fwss/2: ")
        .doesNotContain("127.0.0.1", "http://");
    assertThat(get(payer, piece, "Accept: application/json").text())
        .contains("\"code\":\"" + code + "\"", "fwss/1: ", "fwss/2: ");
    provider.heal(piece.cid());
    secondProvider.heal(piece.cid());
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(get(payer, piece).body()).isEqualTo(piece.bytes()));
  }

  @Test
  void aProviderThatSaysItIsBusyIsLeftAloneForAsLongAsItSays() throws Exception {
    Payer payer = newPayer();
    TestProvider busy = new TestProvider();
    index.provider("fwss/7001", busy.url()).dataSet("fwss/70010", payer.address(), "fwss/7001");
    TestPiece piece = newPiece(1_000);
    busy.with(piece, new Fault.Answers(429, "Retry-After", "600"));
    place(piece, payer.address(), "fwss/70010");

    assertRefused(get(payer, piece), 502, "origin-busy");
    busy.heal(piece.cid());
    Answer again = get(payer, piece);

    assertRefused(again, 502, "origin-busy");
    assertThat(again.header("Retry-After")).matches("\\d+");
    assertThat(busy.requestsFor(piece)).isEqualTo(1);
    secondProvider.with(piece);
    place(piece, payer.address(), payer.secondDataSet());
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    busy.close();
  }

  @Test
  void whereAllTakeTooLongClientsGet504() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 100_000);
    CountDownLatch never = new CountDownLatch(1);
    provider.fail(piece, new Fault.WaitsBefore(never));
    secondProvider.fail(piece, new Fault.WaitsBefore(never));

    assertRefused(get(payer, piece), 504, "origin-timeout");

    never.countDown();
  }

  @Test
  void aProviderThatStallsIsReplaced() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 300_000);
    CountDownLatch never = new CountDownLatch(1);
    provider.fail(piece, new Fault.WaitsAfter(100_000, never));

    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());

    never.countDown();
    assertBilled(payer, 300_000, 300_000);
  }

  @Test
  void aProviderThatSendsTooMuchOrPromisesAnotherLengthDoesNoHarm() throws Exception {
    Payer payer = newPayer();
    TestPiece more = placed(payer, 100_000);
    provider.fail(more, new Fault.SendsOneMore());
    TestPiece longer = placedTwice(payer, 1_000);
    provider.fail(longer, new Fault.PromisesLength(1_001));
    TestPiece shorter = placedTwice(payer, 1_000);
    provider.fail(shorter, new Fault.PromisesLength(999));

    assertThat(get(payer, more).body()).isEqualTo(more.bytes());
    assertThat(get(payer, longer).body()).isEqualTo(longer.bytes());
    assertThat(get(payer, shorter).body()).isEqualTo(shorter.bytes());
  }

  @Test
  void afterAMixedFillAWholeFetchFromOneProviderShowsWhoLied() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 400_000);
    // one dies midway, the other lies in the second half
    provider.fail(piece, new Fault.DiesAfter(200_000));
    secondProvider.fail(piece, new Fault.WrongByte(399_999));
    Answer mixed = get(payer, piece);
    while (provider.requestsFor(piece) == 0) {
      mixed = get(payer, piece);
    }
    assertThat(mixed.whole()).isFalse();

    provider.heal(piece.cid());
    int attempts = 0;
    Answer answer = mixed;
    while (!answer.whole()) {
      answer = get(payer, piece);
      attempts++;
    }

    assertThat(answer.body()).isEqualTo(piece.bytes());
    // the liar at most once more, then the other
    assertThat(attempts).isLessThanOrEqualTo(2);
    assertThat(fillBytes(payer.secondDataSet())).isZero();
    assertBilled(payer, 400_000, 400_000);
  }

  @Test
  void aFollowerOfAnotherPayerLeadsWhereAllOfTheLeadersFail() throws Exception {
    Payer leader = newPayer();
    Payer follower = newPayer();
    TestPiece piece = newPiece(200_000);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new Fault.WaitsBefore(goOn, 500));
    secondProvider.with(piece);
    place(piece, leader.address(), leader.dataSet());
    place(piece, follower.address(), follower.secondDataSet());

    try (EdgeClient.Exchange first = begin(leader, piece)) {
      await().atMost(Duration.ofSeconds(30)).until(() -> provider.requestsFor(piece) == 1);
      try (EdgeClient.Exchange second = begin(follower, piece)) {
        await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 2);
        goOn.countDown();

        assertThat(second.rest().body()).isEqualTo(piece.bytes());
        assertThat(second.head().header("Cache-Status")).isEqualTo("filcdn; fwd=miss; collapsed");
        assertThat(first.rest().body()).isEqualTo(piece.bytes());
      }
    }
    assertBilled(leader, 200_000, 0);
    assertBilled(follower, 200_000, 200_000);
  }

  /** A stranger's provider that sends 1,500 bytes a second, and the victim's own, which is well. */
  @Test
  void anotherPayersSlowProviderHoldsUpNobody() throws Exception {
    Payer stranger = newPayer();
    Payer victim = newPayer();
    TestPiece piece = newPiece(2_000_000);
    provider.with(piece, new Fault.Trickles(750));
    secondProvider.with(piece);
    place(piece, stranger.address(), stranger.dataSet());
    place(piece, victim.address(), victim.secondDataSet());

    try (EdgeClient.Exchange first = begin(stranger, piece)) {
      await().atMost(Duration.ofSeconds(20)).until(() -> provider.requestsFor(piece) == 1);

      assertThat(get(victim, piece).body()).isEqualTo(piece.bytes());

      assertThat(first.rest().body()).isEqualTo(piece.bytes());
    }
    assertThat(secondProvider.requestsFor(piece)).isEqualTo(1);
    await().atMost(Duration.ofSeconds(20)).until(() -> fillBytes(victim) > 1_900_000);
    assertThat(fillBytes(victim) + fillBytes(stranger)).isEqualTo(2_000_000);
  }

  @Test
  void aSilentProviderIsReplacedWellBeforeItsTimeIsOver() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 200_000);
    CountDownLatch never = new CountDownLatch(1);
    provider.fail(piece, new Fault.WaitsBefore(never));
    secondProvider.fail(piece, new Fault.WaitsBefore(never));

    try (EdgeClient.Exchange exchange = begin(payer, piece)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> provider.requestsFor(piece) + secondProvider.requestsFor(piece) == 1);
      boolean firstIsAsked = provider.requestsFor(piece) == 1;
      (firstIsAsked ? secondProvider : provider).heal(piece.cid());

      assertThat(exchange.rest().body()).isEqualTo(piece.bytes());
    }
    never.countDown();
  }

  @Test
  void redirectsAreFollowedThreeTimesAndCheckedEachTime() throws Exception {
    Payer payer = newPayer();
    List<TestPiece> steps = List.of(newPiece(1), newPiece(2), newPiece(3));
    TestPiece three = placed(payer, 1_000);
    secondProvider.with(three);
    provider.fail(three, new Fault.RedirectsTo("/piece/" + steps.get(0).cid()));
    provider.with(steps.get(0), new Fault.RedirectsTo(provider.urlOf(steps.get(1))));
    provider.with(steps.get(1), new Fault.RedirectsTo(secondProvider.urlOf(three)));
    TestPiece four = placed(payer, 1_000);
    provider.fail(four, new Fault.RedirectsTo(provider.urlOf(steps.get(2))));
    provider.with(steps.get(2), new Fault.RedirectsTo(provider.urlOf(steps.get(2))));
    TestPiece away = placed(payer, 1_000);
    provider.fail(away, new Fault.RedirectsTo("file:///etc/passwd"));

    assertThat(get(payer, three).body()).isEqualTo(three.bytes());
    assertRefused(get(payer, four), 502, "origin-failed");
    assertThat(provider.requestsFor(steps.get(2))).isEqualTo(3);
    assertRefused(get(payer, away), 502, "origin-failed");
  }

  @Test
  void aSlowFollowerSlowsNobody() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 40_000_000);

    try (EdgeClient.Exchange slow = begin(payer, piece)) {
      assertThat(slow.read(1)).hasSize(1);

      assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());

      assertThat(slow.read(39_999_999)).hasSize(39_999_999);
    }
    assertThat(provider.requestsFor(piece)).isEqualTo(1);
    assertBilled(payer, 80_000_000, 40_000_000);
  }

  @Test
  void anAbandonedFillStopsWhereMuchIsMissing() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(40_000_000);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new Fault.WaitsAfter(1_000_000, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (EdgeClient.Exchange only = begin(payer, piece)) {
      assertThat(only.read(500_000)).hasSize(500_000);
      only.reset();
    }

    await().atMost(Duration.ofSeconds(30)).until(() -> edge.edge().cache().fills() == 0);
    goOn.countDown();
    assertThat(isCold(piece)).isTrue();
    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 1);
    assertThat(unbilledBytes(payer)).isBetween(500_000L, 1_000_000L);
    assertBilled(payer, 0, 0);
  }

  @Test
  void anAbandonedFillGoesOnWhereLittleIsMissing() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(2_000_000);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new Fault.WaitsAfter(1_000_000, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (EdgeClient.Exchange only = begin(payer, piece)) {
      assertThat(only.read(500_000)).hasSize(500_000);
      only.reset();
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> edge.edge().requests() == 0);
    goOn.countDown();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !isCold(piece) && edge.edge().cache().fills() == 0);
    assertThat(get(payer, piece).header("Cache-Status")).isEqualTo("filcdn; hit");
    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 2);
    assertThat(egressBytes(payer)).isBetween(2_500_000L, 3_000_000L);
    assertThat(fillBytes(payer)).isEqualTo(2_000_000);
  }

  @Test
  void whereTheDiskTakesNothingPiecesPassThroughVerified() throws Exception {
    Payer payer = newPayer();
    Path fills = edge.data().resolve("cache").resolve("fills");
    TestPiece right = placed(payer, 20_000_000);
    TestPiece wrong = placed(payer, 1_000_000);
    provider.fail(wrong, new Fault.WrongByte(999_999));
    TestPiece failingOver = placedTwice(payer, 1_000_000);
    provider.fail(failingOver, new Fault.DiesAfter(300_000));
    TestPiece small = placed(payer, 10);
    TestPiece ranged = placed(payer, 3_000_000);
    TestPiece begun = placed(payer, 60_000_000);
    Payer leaving = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece left = newPiece(40_000_000);
    provider.with(left, new Fault.WaitsAfter(30_000_000, goOn));
    place(left, leaving.address(), leaving.dataSet());
    deleteEmpty(fills);
    try {
      Answer passed = get(payer, right);

      assertThat(passed.body()).isEqualTo(right.bytes());
      assertThat(passed.header("Cache-Status")).isEqualTo("filcdn; fwd=miss");
      assertThat(get(payer, failingOver).body()).isEqualTo(failingOver.bytes());
      assertThat(get(payer, small).body()).isEqualTo(small.bytes());
      assertThat(get(payer, ranged, "Range: bytes=1500000-1500009").body())
          .isEqualTo(Arrays.copyOfRange(ranged.bytes(), 1_500_000, 1_500_010));
      // more comes than is hashed, long after the reader wants no more
      assertThat(get(payer, begun, "Range: bytes=0-9").body())
          .isEqualTo(Arrays.copyOf(begun.bytes(), 10));
      try (EdgeClient.Exchange leaves = begin(leaving, left)) {
        assertThat(leaves.read(25_000_000)).hasSize(25_000_000);
        leaves.reset();
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> edge.edge().requests() == 0);
      goOn.countDown();
      Answer lied = get(payer, wrong);
      assertThat(lied.whole()).isFalse();
      assertThat(lied.body().length).isLessThanOrEqualTo(1_000_000 - LAST_BLOCK);
      assertThat(isCold(right)).isTrue();
    } finally {
      Files.createDirectories(fills);
    }
    assertBilled(payer, 21_000_030, 84_000_010);
    // a client that leaves with most of a piece is not served for nothing
    await().atMost(Duration.ofSeconds(20)).until(() -> fillBytes(leaving) == 40_000_000);
    assertThat(egressBytes(leaving)).isBetween(25_000_000L, 30_000_000L);
    awaitStored();
  }

  /** Waits until the disk, which had failed, is tried again. */
  private void awaitStored() {
    Payer later = newPayer();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> get(later, placed(later, 10)).header("Cache-Status").contains("stored"));
  }

  @Test
  void theFirst4KiBOfWhatPassesThroughTellItsTypeInHoweverManyPartsTheyCome() throws Exception {
    Payer payer = newPayer();
    Path fills = edge.data().resolve("cache").resolve("fills");
    byte[] list = ("[1" + ",1".repeat(4_000) + "]").getBytes(StandardCharsets.US_ASCII);
    TestPiece json = TestPiece.of(list);
    provider.with(json, new Fault.Trickles(3_000));
    place(json, payer.address(), payer.dataSet());
    deleteEmpty(fills);
    try {
      Answer passed = get(payer, json);

      assertThat(passed.header("Content-Type")).isEqualTo("application/json");
      assertThat(passed.body()).isEqualTo(list);
      assertThat(isCold(json)).isTrue();
    } finally {
      Files.createDirectories(fills);
    }
    awaitStored();
  }

  @Test
  void whereAFillsDiskFailsWhatWasSentOfItIsNotVouchedForByAnother() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = newPiece(40_000_000);
    provider.with(piece, new Fault.WaitsAfter(39_000_000, goOn));
    place(piece, payer.address(), payer.dataSet());
    Path fills = edge.data().resolve("cache").resolve("fills");

    try (EdgeClient.Exchange slow = begin(payer, piece)) {
      assertThat(slow.head().status()).isEqualTo(200);
      await().atMost(Duration.ofSeconds(20)).until(() -> sizeOfAll(fills) > 38_000_000);
      truncateAll(fills);
      provider.heal(piece.cid());

      assertThat(slow.rest().whole()).isFalse();
    } finally {
      goOn.countDown();
    }
  }

  private static long sizeOfAll(Path folder) throws IOException {
    long size = 0;
    for (Path file : filesOf(folder)) {
      size += Files.size(file);
    }
    return size;
  }

  private static void truncateAll(Path folder) throws IOException {
    for (Path file : filesOf(folder)) {
      try (FileChannel opened = FileChannel.open(file, StandardOpenOption.WRITE)) {
        opened.truncate(0);
      }
    }
  }

  private static List<Path> filesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static void deleteEmpty(Path folder) {
    // fills of earlier tests may still end in it
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreException(IOException.class)
        .until(
            () -> {
              Files.delete(folder);
              return true;
            });
  }

  @Test
  void aCachedPieceThatCannotBeReadIsFetchedAgain() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 300_000);
    get(payer, piece);
    // clients have all of it before its file is in its place
    await().atMost(Duration.ofSeconds(30)).until(() -> edge.edge().cache().fills() == 0);
    String name = piece.cid().toString();
    Files.delete(
        edge.data()
            .resolve("cache/pieces")
            .resolve(name.substring(name.length() - 2))
            .resolve(name));

    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());

    assertThat(provider.requestsFor(piece)).isEqualTo(2);
    assertBilled(payer, 600_000, 600_000);
  }
}
