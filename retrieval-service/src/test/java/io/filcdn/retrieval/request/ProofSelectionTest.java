package io.filcdn.retrieval.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.GroupRun;
import io.filcdn.retrieval.bytes.ByteRange;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProofSelectionTest {

  private static final CommP ROOT = new CommP(1, 2, 3, 4);
  private static final ParsedRequest.Conditions NONE = conditions(null, null);

  /** 3 GiB, whose tree has groups of 2 MiB. */
  private static final PieceCid LARGE = new PieceCid(ROOT, 27, 3L << 30);

  private static ParsedRequest.Conditions conditions(
      @org.jspecify.annotations.Nullable String ifMatch,
      @org.jspecify.annotations.Nullable String ifNoneMatch) {
    return new ParsedRequest.Conditions(
        Optional.empty(),
        Optional.empty(),
        Optional.ofNullable(ifMatch),
        Optional.ofNullable(ifNoneMatch),
        Optional.empty(),
        Optional.empty());
  }

  private static ProofQuery query(long first, long last) {
    return new ProofQuery(first, last, OptionalInt.empty());
  }

  private static ProofSelection select(ProofQuery query, PieceCid piece) {
    return ProofSelection.of(query, NONE, piece);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 1",
    "0, 2080767, 0, 1",
    "0, 2080768, 0, 2",
    "2080768, 2080768, 1, 1",
    "3221225471, 9223372036854775807, 1548, 1",
    "0, 3221225471, 0, 1549"
  })
  void groupsAreThoseThatHoldTheBytes(long first, long last, long group, long count) {
    assertThat(select(query(first, last), LARGE))
        .isInstanceOfSatisfying(
            ProofSelection.Groups.class,
            groups -> {
              assertThat(groups.run()).isEqualTo(new GroupRun(group, count));
              assertThat(groups.areSmall()).isFalse();
              assertThat(groups.range())
                  .isEqualTo(
                      new ByteRange(
                          group * 2_080_768, Math.min(3L << 30, (group + count) * 2_080_768)));
            });
  }

  @Test
  void nothingIsSelectedBehindTheEnd() {
    assertThat(select(query(3L << 30, Long.MAX_VALUE), LARGE))
        .isEqualTo(new ProofSelection.Unsatisfiable());
    assertThat(select(query(0, 0), new PieceCid(ROOT, 2, 0)))
        .isEqualTo(new ProofSelection.Unsatisfiable());
  }

  @ParameterizedTest
  @CsvSource({
    // height, raw size, smallest, largest
    "27, 3221225472, 14, 32",
    "30, 34091302912, 14, 35",
    "35, 1090921693184, 19, 40",
    "10, 30000, 14, 15",
    "5, 1000, 10, 10",
    "2, 127, 7, 7"
  })
  void groupsHaveBoundsOnTheirSize(int height, long rawSize, int smallest, int largest) {
    PieceCid piece = new PieceCid(ROOT, height, rawSize);

    for (int log2 = 0; log2 <= 60; log2++) {
      ProofSelection selected = select(new ProofQuery(0, 0, OptionalInt.of(log2)), piece);
      assertThat(selected instanceof ProofSelection.Groups)
          .as("groups of 2^%d", log2)
          .isEqualTo(log2 >= smallest && log2 <= largest);
      if (log2 == smallest - 1) {
        assertThat(selected)
            .isEqualTo(
                new ProofSelection.Malformed(
                    "expected a group from %d to %d, found %d".formatted(smallest, largest, log2)));
      }
    }
  }

  @Test
  void whoHasTheProofNeedsNone() {
    String etag = "\"" + LARGE + "/proof/21/0/2\"";
    ProofQuery query = query(5, 2_080_768);

    assertThat(ProofSelection.of(query, conditions(null, "\"x\", W/" + etag), LARGE))
        .isEqualTo(new ProofSelection.NotModified(etag));
    assertThat(ProofSelection.of(query, conditions("\"x\"", null), LARGE))
        .isEqualTo(new ProofSelection.PreconditionFailed());
    assertThat(ProofSelection.of(query, conditions(etag, "\"x\""), LARGE))
        .isInstanceOf(ProofSelection.Groups.class);
    assertThat(ProofSelection.of(query(5, 6), conditions(null, etag), LARGE))
        .isInstanceOf(ProofSelection.Groups.class);
  }
}
