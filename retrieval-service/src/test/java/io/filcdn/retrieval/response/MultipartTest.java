package io.filcdn.retrieval.response;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MultipartTest {

  private static final ByteRanges RANGES =
      new ByteRanges(
          List.of(new ByteRange(0, 1), new ByteRange(500, 700), new ByteRange(9_999, 10_000)));

  private final Multipart body = Multipart.of(RANGES, 10_000, Optional.of("text/plain"));

  @Test
  void onlyThePiecesBytesCountHoweverTheyAreAccepted() {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      long counted = 0;
      for (long at = 0; at < body.length(); ) {
        long to = Math.min(body.length(), at + 1 + random.nextInt(300));
        counted += body.pieceBytes(at, to);
        at = to;
      }
      assertThat(counted).isEqualTo(RANGES.length()).isEqualTo(202);
    }
  }

  @Test
  void eachByteOfTheBodyIsInOnePart() {
    long counted = 0;
    for (long at = 0; at < body.length(); at++) {
      Multipart.Part part = body.partAt(at);
      boolean ofPiece = at >= part.bytesFrom();

      assertThat(at).isBetween(part.start(), part.end() - 1);
      assertThat(body.pieceBytes(at, at + 1)).isEqualTo(ofPiece ? 1 : 0);
      if (ofPiece) {
        assertThat(part.inBody(part.inPiece(at))).isEqualTo(at);
        assertThat(part.inPiece(at)).isBetween(part.range().start(), part.range().end() - 1);
        counted++;
      }
    }
    assertThat(counted).isEqualTo(202);
  }

  @Test
  void noTwoBodiesHaveTheSameBoundary() {
    Multipart other = Multipart.of(RANGES, 10_000, Optional.of("text/plain"));

    assertThat(other.contentType()).isNotEqualTo(body.contentType());
    assertThat(other.length()).isEqualTo(body.length());
  }
}
