package io.filcdn.retrieval.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathNameTest {

  @ParameterizedTest
  @CsvSource({
    "/bafk, /bafk",
    "/%62afk, /bafk",
    "/%62%61%66%6B, /bafk",
    "/%62%61%66%6b, /bafk",
    "/bafk/, /bafk",
    "//bafk, /bafk",
    "///bafk//, /bafk",
    "//, /",
    "/, /",
    "/%7e%2D%2e%5F, /~-._",
    // what is reserved, or no character, stays as it is
    "/a%2Fb, /a%2Fb",
    "/a%2fb, /a%2fb",
    "/a%00, /a%00",
    "/a%25%36%32, /a%2562",
    "/a%20b, /a%20b",
    "/a%C3%A9, /a%C3%A9",
    "/a%zz, /a%zz",
    "/a%6, /a%6",
    "/a%, /a%",
    "/a%+6b, /a%+6b"
  })
  void aPathHasOneForm(String path, String form) {
    assertThat(PathName.of(path)).isEqualTo(form);
  }
}
