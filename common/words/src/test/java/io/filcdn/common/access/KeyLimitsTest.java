package io.filcdn.common.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.piece.ByteCount;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyLimitsTest {

  @Test
  void whatIsLeftOutIsNotLimited() {
    assertThat(RecordJson.readStrictly("{}", KeyLimits.class)).isEqualTo(KeyLimits.NONE);
    assertThat(RecordJson.write(KeyLimits.NONE)).isEqualTo("{}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"orgins\":[]}",
        "{\"bytes\":\"0\"}",
        "{\"bytes\":\"-1\"}",
        "{\"bytesPerDay\":\"9223372036854775808\"}",
        "{\"bytesPerMonth\":1.5}",
        "{\"requestsPerSecond\":0}",
        "{\"requestsPerSecond\":1000001}",
        "{\"requestsPerSecond\":\"5\"}",
        "{\"origins\":[null]}",
        "{\"origins\":\"https://a.example\"}",
        "{\"networks\":[\"10.0.0.1/8\"]}",
        "{\"payers\":[\"0x12\"]}",
        "{\"dataSets\":[\"12\"]}"
      })
  void whatIsNoLimitIsRefused(String json) {
    assertThatThrownBy(() -> RecordJson.readStrictly(json, KeyLimits.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected");
  }

  /** Whoever reads a record ignores fields that are new, but for limits: they would be none. */
  @Test
  void aLimitThatIsUnknownIsRefusedByWhoeverReadsIt() {
    assertThatThrownBy(() -> RecordJson.read("{\"countries\":[\"AQ\"]}", KeyLimits.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected limits that are known here, found another, \"countries\"");
  }

  @Test
  void eachPeriodHasItsCap() {
    KeyLimits limits = RecordJson.read("{\"bytes\":\"3\",\"bytesPerDay\":\"1\"}", KeyLimits.class);

    assertThat(limits.cap(new CapPeriod.Life())).contains(ByteCount.of(3));
    assertThat(limits.cap(CapPeriod.of("2026-11-30"))).contains(ByteCount.of(1));
    assertThat(limits.cap(CapPeriod.of("2026-11"))).isEmpty();
  }

  @Test
  void listsAreBounded() {
    assertThat(RecordJson.read(origins(32), KeyLimits.class).origins()).hasSize(32);
    assertThatThrownBy(() -> RecordJson.read(origins(33), KeyLimits.class))
        .hasMessageContaining("expected at most 32 origins");
  }

  private static String origins(int count) {
    return IntStream.range(0, count)
        .mapToObj("\"https://a%d.example\""::formatted)
        .collect(Collectors.joining(",", "{\"origins\":[", "]}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://app.example.com",
        "http://localhost:3000",
        "https://xn--bcher-kva.example",
        "http://127.0.0.1:8402",
        "https://[2001:db8::1]:8443"
      })
  void originsAreThoseOfBrowsers(String text) {
    assertThat(Origin.of(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "null",
        "https://",
        "app.example.com",
        "https://app.example.com/",
        "https://App.example.com",
        "https://app.example.com:443",
        "http://app.example.com:80",
        "https://app.example.com:65536",
        "https://app.example.com:0",
        "https://user@app.example.com",
        "ftp://app.example.com",
        "https://bücher.example",
        "https://app.example.com\nhttps://other.example"
      })
  void anythingElseIsNoOrigin(String text) {
    assertThatThrownBy(() -> Origin.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24,192.0.2.0/24",
    "0.0.0.0/0,0.0.0.0/0",
    "192.0.2.1/32,192.0.2.1/32",
    "2001:DB8::/32,2001:db8:0:0:0:0:0:0/32",
    "::1/128,0:0:0:0:0:0:0:1/128"
  })
  void networksHaveOneSpelling(String text, String canonical) {
    assertThat(IpNetwork.of(text)).hasToString(canonical);
    assertThat(IpNetwork.of(canonical)).isEqualTo(IpNetwork.of(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "192.0.2.0",
        "192.0.2.0/33",
        "192.0.2.1/24",
        "192.0.2/24",
        "192.0.2.256/32",
        "010.0.0.0/8",
        "2001:db8::/129",
        "2001:db8::1/32",
        "::ffff:c000:0200/120",
        "example.com/24",
        "fe80::%1/64",
        "192.0.2.0/24 "
      })
  void anythingElseIsNoNetwork(String text) {
    assertThatThrownBy(() -> IpNetwork.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24,192.0.2.0,true",
    "192.0.2.0/24,192.0.2.255,true",
    "192.0.2.0/24,192.0.3.0,false",
    "192.0.2.128/25,192.0.2.127,false",
    "192.0.2.1/32,192.0.2.1,true",
    "192.0.2.1/32,192.0.2.2,false",
    "0.0.0.0/0,203.0.113.9,true",
    "0.0.0.0/0,::1,false",
    "::/0,2001:db8::1,true",
    "::/0,203.0.113.9,false",
    "2001:db8::/33,2001:db8:7fff::1,true",
    "2001:db8::/33,2001:db8:8000::1,false",
    "::1/128,::1,true"
  })
  void aNetworkContainsTheAddressesThatBeginAsItDoes(
      String network, String address, boolean contained) {
    assertThat(IpNetwork.of(network).contains(InetAddress.ofLiteral(address))).isEqualTo(contained);
  }

  /** An address is a network of every prefix that holds its set bits, and of no shorter one. */
  @Test
  void onlyZerosAreBehindAPrefix() throws Exception {
    Random random = new Random(23);
    for (int i = 0; i < 200; i++) {
      int bits = 1 + random.nextInt(32);
      int address = (random.nextInt() | 1) << (32 - bits);
      byte[] bytes = ByteBuffer.allocate(4).putInt(address).array();
      String text = InetAddress.getByAddress(bytes).getHostAddress();

      for (int length = 0; length <= 32; length++) {
        String network = text + "/" + length;
        if (length >= bits) {
          assertThat(IpNetwork.of(network)).hasToString(network);
        } else {
          assertThatThrownBy(() -> IpNetwork.of(network)).hasMessageContaining("zeros");
        }
      }
    }
  }
}
