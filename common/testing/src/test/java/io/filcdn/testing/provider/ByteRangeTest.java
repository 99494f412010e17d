package io.filcdn.testing.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 0",
    "bytes=0-99, 0, 99",
    "bytes=10-, 10, 99",
    "bytes=99-, 99, 99",
    "bytes=20-5000, 20, 99",
    "bytes=-1, 99, 99",
    "bytes=-30, 70, 99",
    "bytes=-5000, 0, 99",
    "bytes= 3 - 4 , 3, 4"
  })
  void bothEndsAreFound(String header, long first, long last) {
    assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange.Part(first, last));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=100-",
        "bytes=100-200",
        "bytes=-0",
        "bytes=7-3",
        "bytes=-",
        "bytes=a-b",
        "pages=0-1",
        "bytes=99999999999999999999-",
        ""
      })
  void whatNoByteFitsIsUnsatisfiable(String header) {
    assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange.Unsatisfiable());
  }

  @Test
  void noneOrSeveralAreAnsweredWithTheWhole() {
    assertThat(ByteRange.of(null, 100)).isEqualTo(new ByteRange.Whole());
    assertThat(ByteRange.of("bytes=0-1,5-6", 100)).isEqualTo(new ByteRange.Whole());
  }

  @Test
  void anEmptyPieceHasNoRange() {
    assertThat(ByteRange.of("bytes=0-", 0)).isEqualTo(new ByteRange.Unsatisfiable());
    assertThat(ByteRange.of("bytes=-5", 0)).isEqualTo(new ByteRange.Unsatisfiable());
  }
}
