package io.filcdn.retrieval.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentTypeTest {

  @ParameterizedTest
  @CsvSource({
    "89504e470d0a1a0a0000000d49484452, image/png",
    "ffd8ffe000104a46494600, image/jpeg",
    "474946383961, image/gif",
    "524946462400000057454250565038, image/webp",
    "524946462400000057415645666d7420, audio/vnd.wave",
    "0000001c667479706d703432, video/mp4",
    "1a45dfa3a34286810142f7810142f2810442f381084282886d6174726f736b61, application/x-matroska",
    "4944330300000000, audio/mpeg",
    "664c6143, audio/x-flac",
    "255044462d312e37, application/pdf",
    "504b0304140000000800, application/zip",
    "1f8b0800, application/gzip",
    "fd377a585a00, application/x-xz",
    "28b52ffd, application/zstd",
    "377abcaf271c, application/x-7z-compressed",
    "0061736d01000000, application/wasm",
    "53514c69746520666f726d6174203300, application/x-sqlite3",
    "50415231, application/x-parquet",
    "7f454c4602010100, application/octet-stream",
    "0001020304050607, application/octet-stream",
  })
  void aTypeIsToldFromTheFirstBytes(String hex, String type) {
    byte[] start = HexFormat.of().parseHex(hex);

    assertThat(ContentType.of(Arrays.copyOf(start, 600))).isEqualTo(type);
  }

  @Test
  void textIsToldFromMarkup() {
    assertThat(of("<!DOCTYPE html><html><body>hello</body></html>")).isEqualTo("text/html");
    assertThat(of("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"))
        .isEqualTo("image/svg+xml");
    assertThat(of("<?xml version=\"1.0\"?><a/>")).isEqualTo("application/xml");
    assertThat(of("grüß dich, Welt\n")).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void textThatIsNotUtf8NamesNoCharset() {
    String text = "All of this is text, and so is the last word: Grüße\n";

    assertThat(ContentType.of(text.getBytes(ISO_8859_1))).isEqualTo("text/plain");
  }

  private static String of(String text) {
    return ContentType.of(text.getBytes(UTF_8));
  }
}
