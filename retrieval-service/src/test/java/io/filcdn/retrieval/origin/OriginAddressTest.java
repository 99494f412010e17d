package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.filcdn.retrieval.origin.OriginAddress.Checked;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginAddressTest {

  private static final Reach PUBLIC = Reach.of(Set.of(), List.of(), Set.of(), false);
  private static final Reach PRIVATE_TOO = Reach.of(Set.of(), List.of(), Set.of(), true);

  private static Checked check(String url, Reach reach) throws UnknownHostException {
    OriginUrl parsed = OriginUrl.parse(url);
    return OriginAddress.check(
        parsed, reach, List.of(InetAddress.getAllByName(parsed.host().replaceAll("[\\[\\]]", ""))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1",
        "http://127.1",
        "http://2130706433",
        "http://0.0.0.0",
        "http://0.1.2.3",
        // where clouds keep their metadata, and what only answers inside of them
        "http://169.254.169.254/latest/meta-data",
        "http://168.63.129.16",
        "http://100.100.100.200",
        "http://169.254.0.23",
        "http://161.26.0.1",
        "http://166.9.48.1",
        "http://199.36.153.8",
        "http://[fd00:ec2::254]",
        "http://[fd20:ce::254]",
        "http://10.0.0.1",
        "http://172.16.5.4",
        "http://172.31.255.255",
        "http://192.168.1.1",
        "http://100.64.0.1",
        "http://100.127.255.255",
        "http://198.18.0.1",
        "http://198.19.255.255",
        "http://192.0.0.8",
        "http://192.0.0.192",
        "http://192.0.2.1",
        "http://192.31.196.1",
        "http://192.52.193.1",
        "http://192.88.99.1",
        "http://192.175.48.1",
        "http://198.51.100.1",
        "http://203.0.113.9",
        "http://224.0.0.1",
        "http://239.255.255.255",
        "http://240.0.0.1",
        "http://255.255.255.255",
        "http://localhost:8080",
        "http://[::1]",
        "http://[::]",
        "http://[fe80::1]",
        "http://[fec0::1]",
        "http://[fc00::1]",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:a9fe:a9fe]",
        "http://[::127.0.0.1]",
        "http://[64:ff9b::7f00:1]",
        "http://[64:ff9b::808:808]",
        "http://[64:ff9b:1::a00:1]",
        "http://[100::1]",
        "http://[100:0:0:1::1]",
        "http://[2002:7f00:1::]",
        "http://[2002:808:808::1]",
        "http://[2001::1]",
        "http://[2001:0:a00:1::1]",
        "http://[2001:2::1]",
        "http://[2001:10::1]",
        "http://[2001:20::1]",
        "http://[2001:30::1]",
        "http://[2001:1ff::1]",
        "http://[2001:db8::1]",
        "http://[2620:4f:8000::1]",
        "http://[3fff:fff::1]",
        "http://[5f00::1]",
        "http://[2606:4700::5efe:10.0.0.1]",
        "http://[2606:4700::200:5efe:10.0.0.1]",
        "http://[4000::1]",
        "http://[ff02::1]"
      })
  void whatIsNotPublicIsRefused(String url) throws Exception {
    assertThat(check(url, PUBLIC)).isInstanceOf(Checked.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://8.8.8.8",
        "https://1.1.1.1:8443/sp",
        "http://100.63.255.255",
        "http://100.128.0.1",
        "http://168.63.129.17",
        "http://172.32.0.1",
        "http://192.0.1.1",
        "http://198.20.0.1",
        "http://223.255.255.255",
        "http://[2606:4700::1111]",
        "http://[2001:200::1]",
        "http://[2003::1]",
        "http://[3ffe::1]"
      })
  void publicAddressesMayBeContacted(String url) throws Exception {
    assertThat(check(url, PUBLIC)).isInstanceOf(Checked.Usable.class);
  }

  @Test
  void anOperatorsOwnNetworksAreNotContacted() throws Exception {
    Reach reach =
        Reach.of(Set.of(), List.of("8.8.8.0/24", " 2001:67c:2960:6464::/96"), Set.of(), false);

    assertThat(check("http://8.8.8.8", reach)).isInstanceOf(Checked.Refused.class);
    assertThat(check("http://8.8.4.4", reach)).isInstanceOf(Checked.Usable.class);
    assertThat(check("http://[2001:67c:2960:6464::a00:1]", reach))
        .isInstanceOf(Checked.Refused.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reach.of(Set.of(), List.of("8.8.8.0"), Set.of(), false))
        .withMessage("expected a network such as 203.0.113.0/24, found \"8.8.8.0\"");
  }

  @Test
  void aDevnetMayLiveOnLoopback() throws Exception {
    assertThat(check("http://127.0.0.1:8407", PRIVATE_TOO)).isInstanceOf(Checked.Usable.class);
  }

  @Test
  void onlyPortsThatAreAllowedAreContacted() throws Exception {
    Reach reach = Reach.of(Set.of(443), List.of(), Set.of(), false);

    assertThat(check("https://8.8.8.8", reach)).isInstanceOf(Checked.Usable.class);
    assertThat(check("https://8.8.8.8:22", reach)).isInstanceOf(Checked.Refused.class);
    assertThat(check("http://8.8.8.8", reach)).isInstanceOf(Checked.Refused.class);
  }

  private static OriginAddress resolved(String... addresses) throws UnknownHostException {
    List<InetAddress> found = new ArrayList<>();
    for (String address : addresses) {
      found.add(InetAddress.getByName(address));
    }
    Checked checked = OriginAddress.check(OriginUrl.parse("http://sp.example"), PUBLIC, found);
    return ((Checked.Usable) checked).address();
  }

  private static List<String> texts(OriginAddress address) {
    return address.addresses().stream().map(InetAddress::getHostAddress).toList();
  }

  @Test
  void allPublicAddressesOfANameAreTriedBothFamiliesByTurns() throws Exception {
    OriginAddress address =
        resolved("8.8.8.8", "10.0.0.1", "8.8.4.4", "9.9.9.9", "2606:4700::1", "::1");

    assertThat(texts(address))
        .containsExactly("2606:4700:0:0:0:0:0:1", "8.8.8.8", "8.8.4.4", "9.9.9.9");
    assertThat(texts(address.startingWith(Optional.of(InetAddress.getByName("8.8.4.4")))))
        .containsExactly("8.8.4.4", "2606:4700:0:0:0:0:0:1", "8.8.8.8", "9.9.9.9");
    assertThat(address.startingWith(Optional.of(InetAddress.getByName("1.1.1.1"))))
        .isEqualTo(address);
    String[] many = new String[100];
    Arrays.setAll(many, i -> "8.8.8." + i);
    assertThat(resolved(many).addresses()).hasSize(8);
  }

  @Test
  void aNameThatIsNotInDnsIsRefused() {
    Checked checked = OriginAddress.check(OriginUrl.parse("http://sp.example"), PUBLIC, List.of());

    assertThat(checked).isEqualTo(new Checked.Refused("the host sp.example is not in DNS"));
  }

  @ParameterizedTest
  @CsvSource({
    "https://sp.example/a, https://sp.example/b, '', true",
    "https://sp.example/a, https://sp.example:8443/b, '', true",
    "http://sp.example/a, https://sp.example/b, '', true",
    "https://sp.example/a, http://sp.example/b, '', false",
    "https://sp.example/a, https://www.sp.example/b, '', false",
    "https://sp.example/a, https://cdn.example/b, '', false",
    "https://sp.example/a, https://cdn.example/b, cdn.example, true",
    "https://sp.example/a, https://CDN.example/b, CDN.Example, true",
    "https://sp.example/a, http://cdn.example/b, cdn.example, false",
    "https://sp.example/a, https://x.cdn.example/b, cdn.example, false",
    "https://sp.example/a, https://x.y.cdn.example/b, *.cdn.example, true",
    "https://sp.example/a, https://xcdn.example/b, *.cdn.example, false",
    "https://sp.example/a, https://anything.example/b, *, true",
    "http://sp.example/a, http://cdn.example/b, cdn.example, true"
  })
  void redirectsStayOnTheirHostUnlessTheOperatorAllowsMore(
      String from, String to, String hosts, boolean allowed) {
    Reach reach = Reach.of(Set.of(), List.of(), hosts.isEmpty() ? Set.of() : Set.of(hosts), false);

    assertThat(reach.allowsRedirect(OriginUrl.parse(from), OriginUrl.parse(to))).isEqualTo(allowed);
  }
}
