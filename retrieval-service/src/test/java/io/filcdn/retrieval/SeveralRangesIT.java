package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import io.filcdn.retrieval.usage.Quota;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Several ranges in one answer, of pieces that are cached, cold, known by groups, or too large. */
class SeveralRangesIT extends EdgeTest {

  /** Raw bytes of a group of 1 MiB. */
  private static final int GROUP = 1_040_384;

  private static final int LAST_BLOCK = 64 << 10;

  /** Larger than the cache: such a piece passes through. */
  private static final int TOO_LARGE = 24_000_000;

  private static final Pattern TYPE =
      Pattern.compile("multipart/byteranges; boundary=([0-9a-f]{32})");
  private static final Pattern PART =
      Pattern.compile(
          "\r\n--([0-9a-f]{32})\r\n(?:Content-Type: ([^\r]+)\r\n)?"
              + "Content-Range: bytes (\\d+)-(\\d+)/(\\d+)\r\n\r\n");

  private final TestQuota quota = new TestQuota();

  @Override
  Quota quota() {
    return quota;
  }

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.cache.max-size", "22M");
  }

  /** Checks that an answer has these ranges of a piece, each {@code {first, last}}, as parts. */
  private static void assertParts(Answer answer, TestPiece piece, int[]... ranges) {
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.whole()).isTrue();
    assertThat(answer.headers()).doesNotContainKey("content-range");
    Matcher type = TYPE.matcher(answer.header("Content-Type"));
    assertThat(type.matches()).as(answer.header("Content-Type")).isTrue();
    String text = new String(answer.body(), StandardCharsets.ISO_8859_1);
    int at = 0;
    for (int[] range : ranges) {
      Matcher part = PART.matcher(text).region(at, text.length());
      assertThat(part.lookingAt()).as("a part at byte %d", at).isTrue();
      assertThat(part.group(1)).isEqualTo(type.group(1));
      assertThat(part.group(3) + "-" + part.group(4) + "/" + part.group(5))
          .isEqualTo(range[0] + "-" + range[1] + "/" + piece.bytes().length);
      at = part.end() + range[1] + 1 - range[0];
      assertThat(Arrays.copyOfRange(answer.body(), part.end(), at))
          .isEqualTo(Arrays.copyOfRange(piece.bytes(), range[0], range[1] + 1));
    }
    assertThat(text.substring(at)).isEqualTo("\r\n--" + type.group(1) + "--\r\n");
  }

  private TestPiece known(Payer payer, int size) throws IOException {
    TestPiece piece = placed(payer, size);
    Payer other = newPayer();
    place(piece, other.address(), other.dataSet());
    assertThat(get(other, piece).body()).isEqualTo(piece.bytes());
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().fills() == 0);
    edge.edge().cache().purge(piece.cid());
    return piece;
  }

  private long taken(Payer payer, Kind kind) {
    return quota.taken(payer.dataSet(), kind) + quota.taken(payer.secondDataSet(), kind);
  }

  /** Waits until so much is billed and fetched, and nothing else is reserved. */
  private void assertBilledAndTaken(Payer payer, long egress, long fill) {
    assertBilled(payer, egress, fill);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(List.of(taken(payer, Kind.CDN), taken(payer, Kind.CACHE_MISS)))
                    .isEqualTo(List.of(egress, fill)));
  }

  @Test
  void theyArePartsColdAndCachedAndOnlyThePiecesBytesAreBilled() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 500_000);
    String ranges = "Range: bytes=0-9, 1000-1999, 300000-300000, -5";
    int[][] expected = {{0, 9}, {1_000, 1_999}, {300_000, 300_000}, {499_995, 499_999}};

    Answer cold = get(payer, piece, ranges);
    Answer warm = get(payer, piece, ranges);

    assertParts(cold, piece, expected);
    assertParts(warm, piece, expected);
    assertThat(cold.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    assertThat(warm.header("Cache-Status")).isEqualTo("filcdn; hit");
    assertThat(new String(warm.body(), StandardCharsets.ISO_8859_1))
        .contains("Content-Type: application/octet-stream\r\n");
    assertThat(warm.header("ETag")).isEqualTo("\"" + piece.cid() + "\"");
    assertBilledAndTaken(payer, 2 * 1_016, 500_000);
  }

  @Test
  void randomRangesAreThoseBytes() throws Exception {
    Random random = new Random(11);
    Payer payer = newPayer();
    for (int i = 0; i < 20; i++) {
      TestPiece piece = placed(payer, 200_000 + random.nextInt(400_000));
      List<int[]> ranges = new ArrayList<>();
      StringBuilder header = new StringBuilder("Range: bytes=");
      for (int first = random.nextInt(1_000); first < 190_000; ) {
        int last = first + random.nextInt(3_000);
        ranges.add(new int[] {first, last});
        header.append(ranges.size() == 1 ? "" : ",").append(first).append('-').append(last);
        first = last + 200 + random.nextInt(40_000);
      }
      if (ranges.size() > 1) {
        assertParts(get(payer, piece, header.toString()), piece, ranges.toArray(int[][]::new));
        assertParts(get(payer, piece, header.toString()), piece, ranges.toArray(int[][]::new));
      }
    }
  }

  @Test
  void rangesThatTouchAreOneAndTheWholePieceIsSentWhereItIsShorter() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);

    Answer touching = get(payer, piece, "Range: bytes=0-9,10-19");
    Answer whole = get(payer, piece, "Range: bytes=0-399,600-999");
    Answer none = get(payer, piece, "Range: bytes=1000-,2000-2009");

    assertThat(touching.status()).isEqualTo(206);
    assertThat(touching.header("Content-Range")).isEqualTo("bytes 0-19/1000");
    assertThat(touching.body()).isEqualTo(Arrays.copyOf(piece.bytes(), 20));
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(piece.bytes());
    assertRefused(none, 416, "range-unsatisfiable");
  }

  @Test
  void ofAPieceWhoseTreeIsKnownOnlyTheirGroupsAreFetched() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 20 * GROUP);
    long before = provider.bytesSent();
    int[][] expected = {{5, 9}, {7 * GROUP - 1, 7 * GROUP}, {19 * GROUP, 19 * GROUP + 10}};
    String header =
        "Range: bytes=5-9,%d-%d,%d-%d"
            .formatted(7 * GROUP - 1, 7 * GROUP, 19 * GROUP, 19 * GROUP + 10);

    Answer cold = get(payer, piece, header);
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().underWay() == 0);
    Answer warm = get(payer, piece, header);

    assertParts(cold, piece, expected);
    assertParts(warm, piece, expected);
    assertThat(cold.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    assertThat(warm.header("Cache-Status")).isEqualTo("filcdn; hit");
    assertThat(provider.bytesSent() - before).isEqualTo(4L * GROUP);
    assertBilledAndTaken(payer, 2 * 18, 4L * GROUP);
  }

  @Test
  void ofAPieceThatPassesThroughTheyAreTakenAsTheyCome() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, TOO_LARGE);

    Answer answer = get(payer, piece, "Range: bytes=0-99999,9000000-9000009,-7");

    assertParts(
        answer,
        piece,
        new int[][] {{0, 99_999}, {9_000_000, 9_000_009}, {TOO_LARGE - 7, TOO_LARGE - 1}});
    assertThat(answer.header("Cache-Status")).isEqualTo("filcdn; fwd=miss");
    assertBilledAndTaken(payer, 100_017, TOO_LARGE);
  }

  @Test
  void theEndWaitsForTheVerdict() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(1_000_000);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new Fault.WaitsAfter(999_999, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (EdgeClient.Exchange exchange =
        begin(payer, piece, "Range: bytes=0-199999,400000-499999")) {
      int length = Integer.parseInt(exchange.head().header("Content-Length"));
      assertThat(exchange.read(length - LAST_BLOCK)).hasSize(length - LAST_BLOCK);
      assertThat(exchange.nothingCame()).isTrue();

      goOn.countDown();

      assertThat(exchange.read(LAST_BLOCK)).hasSize(LAST_BLOCK);
    }
    assertBilledAndTaken(payer, 300_000, 1_000_000);
  }

  @Test
  void wrongBytesAreCutAndNotBilled() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(1_000_000);
    provider.with(piece, new Fault.WrongByte(700_000));
    place(piece, payer.address(), payer.dataSet());

    Answer answer = get(payer, piece, "Range: bytes=0-199999,400000-499999");

    assertThat(answer.whole()).isFalse();
    assertBilledAndTaken(payer, 0, 0);
  }

  @Test
  void aProviderThatHasNothingIsToldOf() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 3 * GROUP);
    provider.fail(piece, new Fault.Answers(404));

    Answer answer = get(payer, piece, "Range: bytes=0-0,%d-%d".formatted(2 * GROUP, 2 * GROUP));

    assertRefused(answer, 404, "piece-gone");
    assertBilledAndTaken(payer, 0, 0);
  }

  @Test
  void theyAreReservedWithTheHeadsOfTheirParts() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100_000);
    quota.grant(payer.dataSet(), Kind.CDN, 100);

    Answer refused = get(payer, piece, "Range: bytes=0-0,5000-5000");
    quota.grant(payer.dataSet(), Kind.CDN, 1_000);
    Answer served = get(payer, piece, "Range: bytes=0-0,5000-5000");

    assertRefused(refused, 402, "cdn-quota-exhausted");
    assertParts(served, piece, new int[][] {{0, 0}, {5_000, 5_000}});
    assertBilledAndTaken(payer, 2, 100_000);
  }
}
