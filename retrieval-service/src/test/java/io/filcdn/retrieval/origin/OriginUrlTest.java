package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginUrlTest {

  private static final OriginUrl FROM = OriginUrl.parse("https://sp.example:8443/a/b?old=1");

  private static String shown(OriginUrl url) {
    return "%s %s %d %s"
        .formatted(url.tls() ? "https" : "http", url.host(), url.port(), url.target());
  }

  @ParameterizedTest
  @CsvSource({
    "http://8.8.8.8, http 8.8.8.8 80 /",
    "' HTTPS://SP.Example:8443/Sp//x ', https sp.example 8443 /Sp/x",
    "https://sp.example./x, https sp.example 443 /x",
    "https://sp.example:/x, https sp.example 443 /x",
    "https://sp.example:00080/x, https sp.example 80 /x",
    "http://[2606:4700::1111]:81/x, http [2606:4700::1111] 81 /x",
    "https://my_sp.example, https my_sp.example 443 /",
    "https://_dnslink.my_sp.example, https _dnslink.my_sp.example 443 /",
    "https://bücher.example/ü, https xn--bcher-kva.example 443 /%C3%BC",
    "https://例え.jp, https xn--r8jz45g.jp 443 /",
    "https://b%C3%BCcher.example, https xn--bcher-kva.example 443 /",
    "https://sp。example, https sp.example 443 /",
    "https:sp.example/x, https sp.example 443 /x",
    "https:\\\\sp.example\\x, https sp.example 443 /x",
    "https://sp.example/a/./b/../c/%2e%2E/d, https sp.example 443 /a/d",
    "https://sp.example/../.., https sp.example 443 /",
    "https://sp.example/a b|c{d}^\"<e>`[f]%, https sp.example 443 "
        + "/a%20b%7Cc%7Bd%7D%5E%22%3Ce%3E%60%5Bf%5D%",
    "https://sp.example/x?a=b c|d#e, https sp.example 443 /x?a=b%20c%7Cd",
    "http://8.8.8.8\\@sp.example:x, http 8.8.8.8 80 /@sp.example:x",
    "https://sp.example?a, https sp.example 443 /?a"
  })
  void urlsAreReadAsBrowsersReadThem(String text, String expected) {
    assertThat(shown(OriginUrl.parse(text))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sp.example",
        "//sp.example",
        "/x",
        "http://",
        "http:///",
        "http://:80",
        "http://?x",
        "http://sp.example:0",
        "http://sp.example:65536",
        "http://sp.example:99999",
        "http://sp.example:-1",
        "http://sp.example:999999999999",
        "http://sp.example:8o",
        "http://sp.example:80:80",
        "http://user@sp.example",
        "http://user:secret@8.8.8.8",
        "http://@sp.example",
        "http://sp..example",
        "http://sp.example..",
        "http://.sp.example",
        "http://sp example",
        "http://sp%00.example",
        "http://sp%2Fexample",
        "http://sp%zz.example",
        "http://sp<>.example",
        "http://8.8.8.8\u0000.example",
        "http://[::1",
        "http://[::1]x",
        "http://[fe80::1%25eth0]",
        "http://[sp.example]",
        "http://::1/",
        "file:///etc/passwd",
        "gopher://8.8.8.8",
        "ftp://8.8.8.8",
        "javascript:alert(1)",
        "ws://sp.example",
        "http+unix://%2Fvar%2Frun",
        "0http://sp.example"
      })
  void whatNoSocketCanBeOpenedToIsNoUrl(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OriginUrl.parse(text))
        .withMessageStartingWith("expected ");
  }

  @Test
  void lengthsAreBounded() {
    String label = "a".repeat(63);
    String host = "%s.%s.%s".formatted(label, label, label);

    assertThat(OriginUrl.parse("http://" + host).host()).isEqualTo(host);
    assertThatIllegalArgumentException().isThrownBy(() -> OriginUrl.parse("http://" + label + "a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OriginUrl.parse("http://%s.%s".formatted(host, label)));
    assertThat(OriginUrl.parse("http://sp/" + "a".repeat(2_000)).path()).hasSize(2_001);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OriginUrl.parse("http://sp/?" + "a".repeat(2_048)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OriginUrl.parse("http://sp/" + "ü".repeat(1_000)));
    assertThat(FROM.resolve("/" + "a".repeat(8_000)).path()).hasSize(8_001);
    assertThatIllegalArgumentException().isThrownBy(() -> FROM.resolve("a".repeat(9_000)));
  }

  @ParameterizedTest
  @CsvSource({
    "c, https sp.example 8443 /a/c",
    "./c, https sp.example 8443 /a/c",
    "../c, https sp.example 8443 /c",
    "/c?d=1, https sp.example 8443 /c?d=1",
    "?d=1, https sp.example 8443 /a/b?d=1",
    "'', https sp.example 8443 /a/b?old=1",
    "#x, https sp.example 8443 /a/b?old=1",
    "https:c, https sp.example 8443 /a/c",
    "https:/c, https sp.example 8443 /c",
    "http:c, http c 80 /",
    "//other.example/c, https other.example 443 /c",
    "\\\\other.example\\c, https other.example 443 /c",
    "http://169.254.169.254/, http 169.254.169.254 80 /",
    "/a b{c}|d\\e, https sp.example 8443 /a%20b%7Bc%7D%7Cd/e",
    "/a//b, https sp.example 8443 /a//b",
    "/ü?ü, https sp.example 8443 /%C3%BC?%C3%BC",
    "a:b, none",
    "http://[::1, none",
    "//user@other.example, none",
    "//other.example:70000, none"
  })
  void redirectsAreResolvedAndMended(String location, String expected) {
    String found;
    try {
      found = shown(FROM.resolve(location));
    } catch (IllegalArgumentException e) {
      found = "none";
    }

    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://8.8.8.8:8443, /piece/cid",
    "https://8.8.8.8:8443/, /piece/cid",
    "https://8.8.8.8:8443/sp, /sp/piece/cid",
    "https://8.8.8.8:8443//sp//, /sp/piece/cid",
    "https://8.8.8.8:8443/sp?key=1, /sp/piece/cid?key=1",
    "https://8.8.8.8:8443/sp#x, /sp/piece/cid"
  })
  void piecesLieBelowTheServiceUrl(String serviceUrl, String target) {
    assertThat(OriginUrl.parse(serviceUrl).below("piece/cid").target()).isEqualTo(target);
  }
}
