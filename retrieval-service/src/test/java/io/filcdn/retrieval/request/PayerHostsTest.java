package io.filcdn.retrieval.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.service.start.UnusableSettingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An edge of two domains, one of which ends the other, and of one more. */
class PayerHostsTest {

  private final PayerHosts hosts =
      PayerHosts.below(List.of(".cdn.example.com", ".Example.COM.", " .xn--bcher-kva.example"));

  @ParameterizedTest
  @CsvSource({
    "0xaa.cdn.example.com, 0xaa",
    "0xaa.example.com, 0xaa",
    "0xaa.xn--bcher-kva.example, 0xaa",
    // a label of a payer, though no payer is called so
    "cdn.example.com, cdn",
    "-.example.com, -"
  })
  void payerIsTheLabelBeforeARoot(String host, String payer) {
    assertThat(hosts.payer(host)).contains(payer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.com",
        "0xaa",
        "0xaa.other.example.com",
        "0xaa.evil-example.com",
        "0xaa.evilcdn.example.com.attacker.example",
        "0xaaexample.com",
        "0xaa..example.com",
        "a.0xaa.cdn.example.com",
        ""
      })
  void otherHostsAreOfNoPayer(String host) {
    assertThat(hosts.payer(host)).isEmpty();
  }

  @Test
  void rootsAreComparedInOneSpellingAndTheFirstIsWritten() {
    assertThat(hosts.first()).isEqualTo(".cdn.example.com");
    assertThat(hosts.rootNames())
        .containsExactlyInAnyOrder("cdn.example.com", "example.com", "xn--bcher-kva.example");
    assertThat(PayerHosts.below(List.of(".a.example", ".A.example.")).rootNames())
        .containsExactly("a.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cdn.example.com", ".", "", "..example.com", ".*.example.com", ".bücher.example"})
  void whatIsNoRootIsRefused(String root) {
    assertThatThrownBy(() -> PayerHosts.below(List.of(".example.com", root)))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageContaining("filcdn.retrieval.http.dns-root")
        .hasMessageEndingWith("found \"" + root + "\"");
  }

  @Test
  void oneRootIsNeeded() {
    assertThatThrownBy(() -> PayerHosts.below(List.of()))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageEndingWith("found none");
  }
}
