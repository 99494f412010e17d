package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network of IP addresses in CIDR notation (RFC 4632, RFC 4291): an address whose bits beyond the
 * prefix are zero, and the length of the prefix.
 *
 * @param text such as {@code 192.0.2.0/24}; addresses of IPv6 in lower case and without {@code ::}
 */
public record IpNetwork(String text) {

  private static final Pattern FOUR =
      Pattern.compile("((?:(?:0|[1-9][0-9]{0,2})[.]){3}(?:0|[1-9][0-9]{0,2}))/([0-9]{1,2})");
  private static final Pattern SIX = Pattern.compile("([0-9a-fA-F:]{2,39})/([0-9]{1,3})");

  public IpNetwork {
    if (!text.equals(canonical(text))) {
      throw refused();
    }
  }

  /**
   * Reads a network, of IPv6 in any spelling.
   *
   * @throws IllegalArgumentException where the text is none
   */
  @JsonCreator
  public static IpNetwork of(String text) {
    return new IpNetwork(canonical(text));
  }

  private static String canonical(String text) {
    Matcher four = FOUR.matcher(text);
    Matcher parts = four.matches() ? four : SIX.matcher(text);
    if (!parts.matches()) {
      throw refused();
    }
    InetAddress address = literal(parts.group(1));
    int length = Integer.parseInt(parts.group(2));
    int bits = Byte.SIZE * address.getAddress().length;
    boolean sameFamily = four.matches() == address instanceof Inet4Address;
    if (!sameFamily || length > bits || lowestBit(address, bits) > length) {
      throw refused();
    }
    return address.getHostAddress() + "/" + Integer.toString(length);
  }

  /** The number of leading bits with which the address is written, zeros behind them left out. */
  private static int lowestBit(InetAddress address, int bits) {
    BigInteger value = new BigInteger(1, address.getAddress());
    return value.signum() == 0 ? 0 : bits - value.getLowestSetBit();
  }

  private static InetAddress literal(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw refused();
    }
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException(
        "expected a network like 192.0.2.0/24 or 2001:db8::/32, with zeros behind its prefix");
  }

  /** True where the address lies in it. An IPv4 address lies in no network of IPv6. */
  public boolean contains(InetAddress address) {
    int slash = text.indexOf('/');
    byte[] mine = literal(text.substring(0, slash)).getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    int bits = Byte.SIZE * mine.length;
    int behind = bits - Integer.parseInt(text.substring(slash + 1));
    return new BigInteger(1, mine)
        .shiftRight(behind)
        .equals(new BigInteger(1, other).shiftRight(behind));
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
