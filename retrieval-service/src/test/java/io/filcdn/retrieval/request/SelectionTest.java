package io.filcdn.retrieval.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final Selection WHOLE = bytes(new ByteRange(0, 1_000), false);

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
    assertThat(select(header)).isEqualTo(bytes(new ByteRange(start, end), true));
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

    assertThat(Selection.of(conditions("bytes=0-", null, null), empty, Optional.empty()))
        .isEqualTo(new Selection.Unsatisfiable());
    assertThat(Selection.of(conditions("bytes=-5", null, null), empty, Optional.empty()))
        .isEqualTo(bytes(new ByteRange(0, 0), false));
  }

  @Test
  void aRangeHoldsOnlyForTheBytesThatIfRangeNames() {
    String etag = "\"" + PIECE + "\"";

    assertThat(Selection.of(conditions("bytes=0-0", etag, null), PIECE, Optional.empty()))
        .isEqualTo(bytes(new ByteRange(0, 1), true));
    assertThat(Selection.of(conditions("bytes=0-0", "\"other\"", null), PIECE, Optional.empty()))
        .isEqualTo(WHOLE);
    assertThat(Selection.of(conditions("bytes=0-0", "W/" + etag, null), PIECE, Optional.empty()))
        .isEqualTo(WHOLE);
  }

  @Test
  void whatTheClientHasIsNotSentAgainRangeOrNot() {
    String etag = "\"" + PIECE + "\"";

    for (String header : new String[] {etag, "W/" + etag, "\"a\", " + etag, "*", " * "}) {
      assertThat(Selection.of(conditions("bytes=0-0", null, header), PIECE, Optional.empty()))
          .as(header)
          .isEqualTo(new Selection.NotModified());
    }
    assertThat(Selection.of(conditions(null, null, "\"a\", \"b\""), PIECE, Optional.empty()))
        .isEqualTo(WHOLE);
  }

  @Test
  void whoWantsOtherBytesGetsNone() {
    String etag = "\"" + PIECE + "\"";

    for (String header : new String[] {"\"a\"", "W/" + etag, ""}) {
      assertThat(Selection.of(ifMatch(header), PIECE, Optional.empty()))
          .as(header)
          .isEqualTo(new Selection.PreconditionFailed());
    }
    for (String header : new String[] {etag, "\"a\" , " + etag, "*"}) {
      assertThat(Selection.of(ifMatch(header), PIECE, Optional.empty()))
          .as(header)
          .isEqualTo(WHOLE);
    }
  }

  private static final Instant ADDED = Instant.parse("2026-01-31T10:00:00Z");
  private static final String DATE = "Sat, 31 Jan 2026 10:00:00 GMT";
  private static final String EARLIER = "Sat, 31 Jan 2026 09:59:59 GMT";
  private static final String LATER = "Sat, 31 Jan 2026 10:00:01 GMT";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bytes=0-0,500-509             | 0-1, 500-510
          bytes= 0-0 ,\t500-509 ,        | 0-1, 500-510
          bytes=500-509,0-0             | 0-1, 500-510
          bytes=0-0,-10                 | 0-1, 990-1000
          bytes=0-0,2000-,500-509       | 0-1, 500-510
          bytes=0-9,5-14,500-509        | 0-15, 500-510
          bytes=0-9,10-19,500-509       | 0-20, 500-510
          bytes=0-9,138-139,500-509     | 0-140, 500-510
          bytes=0-9,139-140,500-509     | 0-10, 139-141, 500-510
          bytes=0-9,5-6                 | 0-10
          bytes=2000-,500-509           | 500-510
          bytes=0-0,990-                | 0-1, 990-1000
          """)
  void severalRangesAreThoseBytesInTheirOrder(String header, String expected) {
    List<ByteRange> ranges =
        Arrays.stream(expected.split(", "))
            .map(text -> text.split("-"))
            .map(ends -> new ByteRange(Long.parseLong(ends[0]), Long.parseLong(ends[1])))
            .toList();

    assertThat(select(header.replace("\\t", "\t")))
        .isEqualTo(new Selection.Bytes(new ByteRanges(ranges), true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=0-0,x",
        "bytes=0-0,5-3",
        "bytes=0-0,-",
        "bytes=,",
        "bytes=0-0;500-509",
        // as parts they would be longer than the piece
        "bytes=0-399,600-999"
      })
  void whatIsNoListOfRangesOrIsNoShorterGetsTheWholePiece(String header) {
    assertThat(select(header)).isEqualTo(WHOLE);
  }

  @Test
  void noneOfSeveralRangesWithAByteIsUnsatisfiable() {
    assertThat(select("bytes=1000-,2000-2001,-0")).isEqualTo(new Selection.Unsatisfiable());
  }

  @Test
  void aHeaderMayAskForSoManyRangesAndNoMore() {
    PieceCid large = new PieceCid(PIECE.commP(), 20, 10_000_000);
    List<String> many =
        IntStream.range(0, RangeHeader.MOST).mapToObj(i -> 1_000 * i + "-" + 1_000 * i).toList();
    String header = "bytes=" + String.join(",", many);

    Selection most = Selection.of(conditions(header, null, null), large, Optional.empty());
    Selection more = Selection.of(conditions(header + ",9-9", null, null), large, Optional.empty());

    assertThat(((Selection.Bytes) most).ranges().all()).hasSize(RangeHeader.MOST);
    assertThat(more).isEqualTo(bytes(new ByteRange(0, 10_000_000), false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          # If-Modified-Since | If-Unmodified-Since | the answer
          date    | none    | 304
          later   | none    | 304
          earlier | none    | 200
          rfc850  | none    | 304
          asctime | none    | 304
          noon    | none    | 200
          none    | date    | 200
          none    | later   | 200
          none    | earlier | 412
          none    | noon    | 200
          date    | earlier | 412
          """)
  void datesTellWhetherTheClientHasTheBytes(
      @org.jspecify.annotations.Nullable String modified,
      @org.jspecify.annotations.Nullable String unmodified,
      int status) {
    ParsedRequest.Conditions dates = dates(date(modified), date(unmodified));

    Selection selection = Selection.of(dates, PIECE, Optional.of(ADDED));

    assertThat(selection)
        .isEqualTo(
            switch (status) {
              case 304 -> new Selection.NotModified();
              case 412 -> new Selection.PreconditionFailed();
              default -> WHOLE;
            });
    // where nothing tells the date, nothing follows from one
    assertThat(Selection.of(dates, PIECE, Optional.empty())).isEqualTo(WHOLE);
  }

  private static Optional<String> date(@org.jspecify.annotations.Nullable String name) {
    return Optional.ofNullable(name)
        .map(
            text ->
                switch (text) {
                  case "date" -> DATE;
                  case "later" -> LATER;
                  case "earlier" -> EARLIER;
                  case "rfc850" -> "Saturday, 31-Jan-26 10:00:00 GMT";
                  case "asctime" -> "Sat Jan 31 10:00:00 2026";
                  default -> text.repeat(20);
                });
  }

  @Test
  void tagsCountMoreThanDates() {
    String etag = "\"" + PIECE + "\"";
    ParsedRequest.Conditions others =
        new ParsedRequest.Conditions(
            Optional.empty(),
            Optional.empty(),
            Optional.of(etag),
            Optional.of("\"other\""),
            Optional.of(LATER),
            Optional.of(EARLIER));

    assertThat(Selection.of(others, PIECE, Optional.of(ADDED))).isEqualTo(WHOLE);
  }

  @Test
  void aRangeHoldsForTheVeryDateOnly() {
    for (String other : List.of(EARLIER, LATER, "noon", "")) {
      assertThat(Selection.of(conditions("bytes=0-0", other, null), PIECE, Optional.of(ADDED)))
          .as(other)
          .isEqualTo(WHOLE);
    }
    assertThat(Selection.of(conditions("bytes=0-0", DATE, null), PIECE, Optional.of(ADDED)))
        .isEqualTo(bytes(new ByteRange(0, 1), true));
    assertThat(Selection.of(conditions("bytes=0-0", DATE, null), PIECE, Optional.empty()))
        .isEqualTo(WHOLE);
  }

  private static Selection bytes(ByteRange range, boolean partial) {
    return new Selection.Bytes(ByteRanges.of(range), partial);
  }

  private static ParsedRequest.Conditions ifMatch(String header) {
    return new ParsedRequest.Conditions(
        Optional.empty(),
        Optional.empty(),
        Optional.of(header),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static ParsedRequest.Conditions dates(
      Optional<String> modifiedSince, Optional<String> unmodifiedSince) {
    return new ParsedRequest.Conditions(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        modifiedSince,
        unmodifiedSince);
  }

  private static Selection select(String range) {
    return Selection.of(conditions(range, null, null), PIECE, Optional.empty());
  }

  private static ParsedRequest.Conditions conditions(
      @org.jspecify.annotations.Nullable String range,
      @org.jspecify.annotations.Nullable String ifRange,
      @org.jspecify.annotations.Nullable String ifNoneMatch) {
    return new ParsedRequest.Conditions(
        Optional.ofNullable(range),
        Optional.ofNullable(ifRange),
        Optional.empty(),
        Optional.ofNullable(ifNoneMatch),
        Optional.empty(),
        Optional.empty());
  }
}
