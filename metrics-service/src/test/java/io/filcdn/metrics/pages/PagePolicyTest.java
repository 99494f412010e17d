package io.filcdn.metrics.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Content-Security-Policy of pages, by where pieces are fetched. */
class PagePolicyTest {

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8400/{payer}/{pieceCid}, http://localhost:8400",
    "https://{payer}.cdn.example/{pieceCid}, https://*.cdn.example",
    "https://{payer}.cdn.example:8443/{pieceCid}?a, https://*.cdn.example:8443",
    "https://{pieceCid}.{payer}.cdn.example, https://*.cdn.example",
    "https://p-{payer}-x.cdn.example/{pieceCid}, https://*.cdn.example",
    "https://{payer}/{pieceCid},",
    "https://cdn.{payer}/{pieceCid},",
    "https://a;b.example/{payer}/{pieceCid},",
    "'https://{payer}.a,b.example/{pieceCid}',",
    "https://user@{payer}.example/{pieceCid}, https://*.example",
    "https://*/{payer}/{pieceCid},",
  })
  void piecesAreOfOneOriginOrOfTheNamesBelowOne(String pieceUrl, String origin) {
    assertThat(PagePolicy.origin(pieceUrl)).isEqualTo(Optional.ofNullable(origin));
  }

  @Test
  void nothingOfAnotherOriginIsLoadedButPiecesWhereTheyAreTold() {
    assertThat(PagePolicy.of(Optional.empty()))
        .contains("img-src 'self' data:;", "media-src 'none';", "connect-src 'self';")
        .doesNotContain("http", "unsafe");
    assertThat(PagePolicy.of(Optional.of("https://{payer}.cdn.example/{pieceCid}")))
        .contains("script-src 'self'; style-src 'self'; font-src 'self';")
        .contains(
            "img-src 'self' data: https://*.cdn.example;",
            "media-src https://*.cdn.example;",
            "connect-src 'self' https://*.cdn.example;");
  }
}
