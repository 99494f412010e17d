package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A piece of 1,000 bytes, of which the first 100 are there. */
class AnswerHeadTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  private static AnswerHead read(int status, long offset, String... headers) {
    MultiMap all = MultiMap.caseInsensitiveMultiMap();
    for (int i = 0; i < headers.length; i += 2) {
      all.add(headers[i], headers[i + 1]);
    }
    return AnswerHead.of(status, all, PIECE.rawSize(), offset, NOW);
  }

  private static String outcome(AnswerHead head) {
    return switch (head) {
      case AnswerHead.Part(long start, long end) -> start + "-" + end;
      case AnswerHead.Refused refused -> refused.kind().name();
    };
  }

  @ParameterizedTest
  @CsvSource({
    // as asked for
    "bytes 100-999/1000, 900, 100-1000",
    "bytes 100-999/*, '', 100-1000",
    "BYTES  100 - 999 / 1000, '', 100-1000",
    // begins earlier, or ends earlier
    "bytes 0-999/1000, 1000, 0-1000",
    "bytes 50-999/1000, '', 50-1000",
    "bytes 100-199/1000, 100, 100-200",
    "bytes 0-100/1000, 101, 0-101",
    // has nothing that was asked for
    "bytes 101-999/1000, '', FAILED",
    "bytes 0-99/1000, '', FAILED",
    // lies
    "bytes 100-999/1001, '', FAILED",
    "bytes 100-999/999, '', FAILED",
    "bytes 100-1000/1000, '', FAILED",
    "bytes 999-100/1000, '', FAILED",
    "bytes 100-99/1000, '', FAILED",
    "bytes 100-999/1000, 899, FAILED",
    "bytes 100-999/1000, 901, FAILED",
    "bytes 100-99999999999999999999/*, '', FAILED",
    "bytes */1000, '', FAILED",
    "items 100-999/1000, '', FAILED",
    "100-999/1000, '', FAILED",
    "'', '', FAILED"
  })
  void aPartIsUsedAsFarAsItIsRight(String label, String length, String outcome) {
    String[] headers =
        length.isEmpty()
            ? new String[] {"Content-Range", label}
            : new String[] {"Content-Range", label, "Content-Length", length};

    assertThat(outcome(read(206, 100, headers))).isEqualTo(outcome);
  }

  @Test
  void twoLabelsAreNone() {
    String label = "bytes 100-999/1000";

    assertThat(
            outcome(read(206, 100, "Content-Range", label, "Content-Range", "bytes 100-199/1000")))
        .isEqualTo("FAILED");
    assertThat(outcome(read(206, 100, "Content-Range", label, "Content-Range", label)))
        .isEqualTo("100-1000");
    assertThat(outcome(read(206, 100))).isEqualTo("FAILED");
    assertThat(outcome(read(206, 0, "Content-Range", "bytes 0-499/1000"))).isEqualTo("0-500");
  }

  @ParameterizedTest
  @CsvSource({
    "200, 0-1000",
    "404, NOT_FOUND",
    "410, NOT_FOUND",
    "451, NOT_FOUND",
    "429, BUSY",
    "503, FAILED",
    "500, FAILED",
    "416, FAILED",
    "204, FAILED",
    "304, FAILED",
    "101, FAILED"
  })
  void statusesHaveTheirMeaning(int status, String outcome) {
    assertThat(outcome(read(status, 100))).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'';''; true",
        "identity;''; true",
        "IDENTITY;''; true",
        "aws-chunked;''; true",
        "aws-chunked, identity;''; true",
        " , aws-chunked ,;''; true",
        "none; identity; true",
        "gzip;''; false",
        "identity, gzip;''; false",
        "aws-chunked; br; false",
        "zstd;''; false",
        "x;''; false"
      })
  void whatNamesNoEncodingIsPlain(String first, String second, boolean plain) {
    AnswerHead head = read(200, 0, "Content-Encoding", first, "Content-Encoding", second);

    assertThat(outcome(head)).isEqualTo(plain ? "0-1000" : "FAILED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "120; 120",
        " 120 ; 120",
        "0; 0",
        "99999999999999999999; 2147483647",
        "Sun, 29 Nov 2026 12:02:00 GMT; 120",
        "Sunday, 29-Nov-26 12:02:00 GMT; 120",
        "Sun Nov 29 12:02:00 2026; 120",
        "Sun, 29 Nov 2026 11:00:00 GMT; 0",
        "soon; 5",
        "-1; 5",
        "''; 5"
      })
  void howLongToWaitIsSecondsOrADate(String retryAfter, long seconds) {
    AnswerHead.Refused busy = (AnswerHead.Refused) read(503, 0, "Retry-After", retryAfter);

    assertThat(busy.kind()).isEqualTo(Kind.BUSY);
    assertThat(busy.retryAfter()).contains(Duration.ofSeconds(seconds));
    assertThat(((AnswerHead.Refused) read(429, 0, "Retry-After", retryAfter)).retryAfter())
        .contains(Duration.ofSeconds(seconds));
    assertThat(((AnswerHead.Refused) read(404, 0, "Retry-After", retryAfter)).retryAfter())
        .isEmpty();
  }
}
