package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.EdgeClient.Answer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges and conditions (RFC 9110), on cold pieces and on cached ones. */
class RangesIT extends EdgeTest {

  private static final int LAST_BLOCK = 64 << 10;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0-0",
        "0-",
        "299999-",
        "-1",
        "-300000",
        "-999999",
        "100-65535",
        "65536-131071",
        "234463-234465",
        "0-299999",
        "5-99999999999999999999"
      })
  void aRangeIsTheSameColdAndCached(String range) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 300_000);

    Answer cold = get(payer, piece, "Range: bytes=" + range);
    Answer warm = get(payer, piece, "Range: bytes=" + range);

    byte[] expected = expected(piece.bytes(), range);
    for (Answer answer : List.of(cold, warm)) {
      assertThat(answer.status()).isEqualTo(206);
      assertThat(answer.body()).isEqualTo(expected);
      assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(expected.length));
    }
    assertThat(cold.header("Content-Range")).isEqualTo(warm.header("Content-Range"));
    assertThat(cold.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    assertThat(warm.header("Cache-Status")).isEqualTo("filcdn; hit");
    assertBilled(payer, 2L * expected.length, 300_000);
  }

  private static byte[] expected(byte[] whole, String range) {
    String[] ends = range.split("-", -1);
    if (ends[0].isEmpty()) {
      int suffix = Math.min(whole.length, Integer.parseInt(ends[1]));
      return Arrays.copyOfRange(whole, whole.length - suffix, whole.length);
    }
    int end =
        ends[1].isEmpty() || ends[1].length() > 9
            ? whole.length
            : Math.min(whole.length, Integer.parseInt(ends[1]) + 1);
    return Arrays.copyOfRange(whole, Integer.parseInt(ends[0]), end);
  }

  @Test
  void randomRangesOfColdPiecesAreThoseBytes() throws Exception {
    Payer payer = newPayer();
    Random random = new Random(7);
    for (int i = 0; i < 40; i++) {
      TestPiece piece = placed(payer, 1 + random.nextInt(400_000));
      int start = random.nextInt(piece.bytes().length);
      int last = start + random.nextInt(piece.bytes().length - start);

      Answer answer = get(payer, piece, "Range: bytes=%d-%d".formatted(start, last));

      assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(piece.bytes(), start, last + 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=300000-", "bytes=300000-300001", "bytes=-0"})
  void aRangeBehindTheEndIsRefusedWithoutAProvider(String range) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 300_000);

    Answer answer = get(payer, piece, "Range: " + range);

    assertRefused(answer, 416, "range-unsatisfiable");
    assertThat(answer.header("Content-Range")).isEqualTo("bytes */300000");
    assertThat(provider.requestsFor(piece)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes=0-1,6-5", "bytes=2-1", "bytes=x", "items=0-1", "bytes=", "bytes=1-2-3"})
  void whatIsNotOneRangeGetsTheWholePiece(String range) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);

    Answer answer = get(payer, piece, "Range: " + range);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(piece.bytes());
  }

  @Test
  void aHeadKnowsNoRanges() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);

    Answer answer = head(payer, piece, "Range: bytes=0-9");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Length")).isEqualTo("1000");
  }

  @Test
  void aRangeCountsOnlyIfTheClientHasTheSameBytes() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    String etag = "\"" + piece.cid() + "\"";

    assertThat(get(payer, piece, "Range: bytes=0-9", "If-Range: " + etag).status()).isEqualTo(206);
    for (String other : List.of("\"x\"", "W/" + etag, "Wed, 21 Oct 2015 07:28:00 GMT")) {
      assertThat(get(payer, piece, "Range: bytes=0-9", "If-Range: " + other).body())
          .isEqualTo(piece.bytes());
    }
  }

  @Test
  void datesTellWhatTheClientHas() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    String date = TestIndex.ADDED_AT;
    String earlier = "Fri, 14 Jul 2017 02:39:59 GMT";

    Answer known = get(payer, piece, "If-Modified-Since: " + date);
    assertThat(known.status()).isEqualTo(304);
    assertThat(known.header("Last-Modified")).isEqualTo(date);
    assertThat(head(payer, piece, "If-Modified-Since: " + date).status()).isEqualTo(304);
    assertRefused(get(payer, piece, "If-Unmodified-Since: " + earlier), 412, "precondition-failed");
    assertThat(provider.requestsFor(piece)).isZero();
    assertThat(get(payer, piece, "If-Modified-Since: " + earlier).body()).isEqualTo(piece.bytes());
    assertThat(get(payer, piece, "If-Unmodified-Since: " + date).status()).isEqualTo(200);
    assertThat(get(payer, piece, "Range: bytes=0-9", "If-Range: " + date).status()).isEqualTo(206);
    assertThat(get(payer, piece, "Range: bytes=0-9", "If-Range: " + earlier).status())
        .isEqualTo(200);
    Answer byRoot = edge.client().get(payer.address(), "/" + piece.cid().commP());
    assertThat(byRoot.headers()).doesNotContainKey("last-modified");
  }

  @Test
  void whoHasTheBytesGets304AndNobodyIsAsked() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    String etag = "\"" + piece.cid() + "\"";

    for (String tags : List.of(etag, "W/" + etag, "\"x\", " + etag, "*")) {
      Answer answer = get(payer, piece, "If-None-Match: " + tags);

      assertThat(answer.status()).isEqualTo(304);
      assertThat(answer.header("ETag")).isEqualTo(etag);
      assertThat(answer.body()).isEmpty();
    }
    Answer inTwoLines =
        get(payer, piece, "If-None-Match: \"x\"", "If-None-Match: " + etag, "Range: bytes=0-1");
    assertThat(inTwoLines.status()).isEqualTo(304);
    assertThat(head(payer, piece, "If-None-Match: " + etag).status()).isEqualTo(304);
    assertThat(provider.requestsFor(piece)).isZero();
    assertThat(get(payer, piece, "If-None-Match: \"x\"").status()).isEqualTo(200);
    assertBilled(payer, 1_000, 1_000);
  }

  @Test
  void whoWantsOtherBytesGets412() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    String etag = "\"" + piece.cid() + "\"";

    assertRefused(get(payer, piece, "If-Match: \"x\""), 412, "precondition-failed");
    assertRefused(get(payer, piece, "If-Match: W/" + etag), 412, "precondition-failed");
    assertThat(get(payer, piece, "If-Match: \"x\", " + etag).status()).isEqualTo(200);
    assertThat(get(payer, piece, "If-Match: *").status()).isEqualTo(200);
  }

  @Test
  void emptyPiecesHaveNoRange() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = TestPiece.of(new byte[0]);
    place(piece, payer.address(), payer.dataSet());

    assertThat(get(payer, piece, "Range: bytes=0-").status()).isEqualTo(416);
    assertThat(get(payer, piece, "Range: bytes=-5").status()).isEqualTo(200);
    assertThat(get(payer, piece).header("Content-Length")).isEqualTo("0");
  }

  @Test
  void theEndOfARangeWaitsForTheVerdictOnTheWholePiece() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(1_000_000);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.with(piece, new TestProvider.Fault.WaitsAfter(999_999, goOn));
    place(piece, payer.address(), payer.dataSet());

    try (EdgeClient.Exchange small = begin(payer, piece, "Range: bytes=0-99");
        EdgeClient.Exchange large = begin(payer, piece, "Range: bytes=0-299999");
        EdgeClient.Exchange whole = begin(payer, piece)) {
      // all but what is held back has come
      assertThat(whole.read(1_000_000 - LAST_BLOCK)).hasSize(1_000_000 - LAST_BLOCK);
      assertThat(large.read(300_000 - LAST_BLOCK)).hasSize(300_000 - LAST_BLOCK);
      assertThat(List.of(small.nothingCame(), large.nothingCame(), whole.nothingCame()))
          .containsOnly(true);

      goOn.countDown();

      assertThat(small.rest().body()).isEqualTo(Arrays.copyOf(piece.bytes(), 100));
      assertThat(large.read(LAST_BLOCK))
          .isEqualTo(Arrays.copyOfRange(piece.bytes(), 300_000 - LAST_BLOCK, 300_000));
      assertThat(whole.read(LAST_BLOCK))
          .isEqualTo(Arrays.copyOfRange(piece.bytes(), 1_000_000 - LAST_BLOCK, 1_000_000));
    }
    assertThat(provider.requestsFor(piece)).isEqualTo(1);
  }
}
