package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.origin.OriginAddress.Checked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginAddressTest {

  private static final OriginAddress.Ports ANY_PORT = new OriginAddress.Ports(java.util.Set.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        // loopback, any, link-local (where clouds keep their metadata), private
        "http://127.0.0.1",
        "http://127.1",
        "http://2130706433",
        "http://0.0.0.0",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1",
        "http://172.16.5.4",
        "http://192.168.1.1",
        "http://100.64.0.1",
        "http://198.18.0.1",
        "http://192.0.0.8",
        "http://192.0.2.1",
        "http://203.0.113.9",
        "http://224.0.0.1",
        "http://240.0.0.1",
        "http://255.255.255.255",
        "http://localhost:8080",
        "http://[::1]",
        "http://[::]",
        "http://[fe80::1]",
        "http://[fc00::1]",
        "http://[fd00:ec2::254]",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:a9fe:a9fe]",
        "http://[64:ff9b::7f00:1]",
        "http://[2002:7f00:1::]",
        "http://[2001::1]",
        "http://[2001:db8::1]",
        "http://[ff02::1]",
        // not http
        "file:///etc/passwd",
        "gopher://8.8.8.8",
        "ftp://8.8.8.8",
        // not a URL, or one that hides where it leads
        "8.8.8.8",
        "http://",
        "http:///x",
        "http://user:secret@8.8.8.8",
        "http://8.8.8.8\u0000.example",
        ""
      })
  void whatIsNotPublicIsRefused(String url) {
    assertThat(OriginAddress.check(url, ANY_PORT, false)).isInstanceOf(Checked.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://8.8.8.8", "https://1.1.1.1:8443/sp", "http://[2606:4700::1111]"})
  void publicAddressesMayBeContacted(String url) {
    assertThat(OriginAddress.check(url, ANY_PORT, false)).isInstanceOf(Checked.Usable.class);
  }

  @Test
  void theUrlIsTakenApart() {
    Checked checked = OriginAddress.check(" https://1.1.1.1:8443/sp//piece ", ANY_PORT, false);

    OriginAddress address = ((Checked.Usable) checked).address();
    assertThat(address.host()).isEqualTo("1.1.1.1");
    assertThat(address.port()).isEqualTo(8443);
    assertThat(address.tls()).isTrue();
    assertThat(address.path()).isEqualTo("/sp/piece");
    assertThat(
            ((Checked.Usable) OriginAddress.check("http://8.8.8.8", ANY_PORT, false))
                .address()
                .port())
        .isEqualTo(80);
  }

  @Test
  void aDevnetMayLiveOnLoopback() {
    assertThat(OriginAddress.check("http://127.0.0.1:8407", ANY_PORT, true))
        .isInstanceOf(Checked.Usable.class);
  }

  @Test
  void onlyPortsThatAreAllowedAreContacted() {
    OriginAddress.Ports https = new OriginAddress.Ports(java.util.Set.of(443));

    assertThat(OriginAddress.check("https://8.8.8.8", https, false))
        .isInstanceOf(Checked.Usable.class);
    assertThat(OriginAddress.check("https://8.8.8.8:22", https, false))
        .isInstanceOf(Checked.Refused.class);
    assertThat(OriginAddress.check("http://8.8.8.8", https, false))
        .isInstanceOf(Checked.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "https://8.8.8.8:8443, /piece/cid",
    "https://8.8.8.8:8443/, /piece/cid",
    "https://8.8.8.8:8443/sp, /sp/piece/cid",
    "https://8.8.8.8:8443//sp//, /sp/piece/cid",
  })
  void piecesLieBelowTheServiceUrl(String serviceUrl, String path) {
    Checked checked = OriginAddress.check(serviceUrl, ANY_PORT, false);
    OriginAddress address = ((Checked.Usable) checked).address();

    assertThat(address.below("piece/cid"))
        .isEqualTo(new OriginAddress(address.address(), "8.8.8.8", 8443, true, path));
  }

  @Test
  void redirectsAreResolvedAgainstWhereTheyCameFrom() {
    OriginAddress address =
        ((Checked.Usable) OriginAddress.check("https://8.8.8.8:8443/a/b", ANY_PORT, false))
            .address();

    assertThat(address.resolve("c")).isEqualTo("https://8.8.8.8:8443/a/c");
    assertThat(address.resolve("/c?d=1")).isEqualTo("https://8.8.8.8:8443/c?d=1");
    assertThat(address.resolve("http://169.254.169.254/")).isEqualTo("http://169.254.169.254/");
  }
}
