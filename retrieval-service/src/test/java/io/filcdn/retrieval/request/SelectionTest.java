package io.filcdn.retrieval.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final Selection WHOLE = new Selection.Bytes(new ByteRange(0, 1_000), false);

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 1",
    "bytes=0-, 0, 1000",
    "bytes=0-999, 0, 1000",
    "bytes=0-1000, 0, 1000",
    "bytes=10-19, 10, 20",
    "bytes=999-, 999, 1000",
    "bytes=-1, 999, 1000",
    "bytes=-1000, 0, 1000",
    "bytes=-5000, 0, 1000",
    "bytes=5-9223372036854775807, 5, 1000",
    "bytes=5-99999999999999999999999, 5, 1000",
    "bytes=-99999999999999999999999, 0, 1000",
    "BYTES= 1-2 , 1, 3"
  })
  void oneRangeIsThoseBytes(String header, long start, long end) {
    assertThat(select(header)).isEqualTo(new Selection.Bytes(new ByteRange(start, end), true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999-"})
  void aRangeWithoutAByteOfThePieceIsUnsatisfiable(String header) {
    assertThat(select(header)).isEqualTo(new Selection.Unsatisfiable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=",
        "bytes=-",
        "bytes=2-1",
        "bytes=0-1,5-6",
        "items=0-1",
        "bytes=a-b",
        "0-1",
        "",
        "bytes=0x1-2",
        "bytes=1-2-3",
        "bytes=--1"
      })
  void whatIsNoSingleRangeIsIgnored(String header) {
    assertThat(select(header)).isEqualTo(WHOLE);
  }

  @Test
  void noByteOfAnEmptyPieceCanBeSelectedByARange() {
    PieceCid empty = new PieceCid(PIECE.commP(), 2, 0);

    assertThat(Selection.of(conditions("bytes=0-", null, null), empty))
        .isEqualTo(new Selection.Unsatisfiable());
    assertThat(Selection.of(conditions("bytes=-5", null, null), empty))
        .isEqualTo(new Selection.Bytes(new ByteRange(0, 0), false));
  }

  @Test
  void aRangeHoldsOnlyForTheBytesThatIfRangeNames() {
    String etag = "\"" + PIECE + "\"";

    assertThat(Selection.of(conditions("bytes=0-0", etag, null), PIECE))
        .isEqualTo(new Selection.Bytes(new ByteRange(0, 1), true));
    assertThat(Selection.of(conditions("bytes=0-0", "\"other\"", null), PIECE)).isEqualTo(WHOLE);
    assertThat(Selection.of(conditions("bytes=0-0", "W/" + etag, null), PIECE)).isEqualTo(WHOLE);
  }

  @Test
  void whatTheClientHasIsNotSentAgainRangeOrNot() {
    String etag = "\"" + PIECE + "\"";

    for (String header : new String[] {etag, "W/" + etag, "\"a\", " + etag, "*", " * "}) {
      assertThat(Selection.of(conditions("bytes=0-0", null, header), PIECE))
          .as(header)
          .isEqualTo(new Selection.NotModified());
    }
    assertThat(Selection.of(conditions(null, null, "\"a\", \"b\""), PIECE)).isEqualTo(WHOLE);
  }

  @Test
  void whoWantsOtherBytesGetsNone() {
    String etag = "\"" + PIECE + "\"";

    for (String header : new String[] {"\"a\"", "W/" + etag, ""}) {
      assertThat(Selection.of(ifMatch(header), PIECE))
          .as(header)
          .isEqualTo(new Selection.PreconditionFailed());
    }
    for (String header : new String[] {etag, "\"a\" , " + etag, "*"}) {
      assertThat(Selection.of(ifMatch(header), PIECE)).as(header).isEqualTo(WHOLE);
    }
  }

  private static ParsedRequest.Conditions ifMatch(String header) {
    return new ParsedRequest.Conditions(
        Optional.empty(), Optional.empty(), Optional.of(header), Optional.empty());
  }

  private static Selection select(String range) {
    return Selection.of(conditions(range, null, null), PIECE);
  }

  private static ParsedRequest.Conditions conditions(
      @org.jspecify.annotations.Nullable String range,
      @org.jspecify.annotations.Nullable String ifRange,
      @org.jspecify.annotations.Nullable String ifNoneMatch) {
    return new ParsedRequest.Conditions(
        Optional.ofNullable(range),
        Optional.ofNullable(ifRange),
        Optional.empty(),
        Optional.ofNullable(ifNoneMatch));
  }
}
