package io.filcdn.retrieval.request;

import io.vertx.core.net.HostAndPort;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The name of a host in the form in which names are compared: lower case, no trailing dot. */
public final class HostName {

  private HostName() {}

  /** The name that {@code host} spells. */
  public static String of(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    // a name with its dot is the same name, made absolute
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * The name in an authority, {@code host[:port]}.
   *
   * @return null where it is no authority, or names nobody
   */
  public static @Nullable String inAuthority(String authority) {
    HostAndPort parsed = HostAndPort.parseAuthority(authority, -1);
    if (parsed == null) {
      return null;
    }
    String name = of(parsed.host());
    return name.isEmpty() ? null : name;
  }
}
