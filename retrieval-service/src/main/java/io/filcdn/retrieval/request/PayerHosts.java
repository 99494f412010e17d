package io.filcdn.retrieval.request;

import io.filcdn.service.start.UnusableSettingException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The hosts of payers, {@code {payer}{root}}: what follows the first label is one of the edge's
 * roots, as a whole. So a root that ends another takes nothing from it.
 */
public final class PayerHosts {

  private static final Pattern ROOT = Pattern.compile("(\\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)+");

  private final List<String> roots;
  private final Set<String> known;

  private PayerHosts(List<String> roots) {
    this.roots = roots;
    this.known = Set.copyOf(roots);
  }

  /**
   * The hosts below some roots.
   *
   * @param roots what follows the payer, each with its leading dot, in any spelling
   * @throws UnusableSettingException where there is none, or one of them is no root
   */
  public static PayerHosts below(List<String> roots) {
    if (roots.isEmpty()) {
      throw unusable("none");
    }
    return new PayerHosts(roots.stream().map(PayerHosts::root).distinct().toList());
  }

  private static String root(String spelled) {
    String root = HostName.of(spelled.strip());
    if (!ROOT.matcher(root).matches()) {
      throw unusable("\"" + spelled + "\"");
    }
    return root;
  }

  private static UnusableSettingException unusable(String found) {
    return new UnusableSettingException(
        "expected in filcdn.retrieval.http.dns-root what follows a payer in host names, each with"
            + " its leading dot, such as .cdn.example.com (names of other scripts by their xn--"
            + " form), found "
            + found);
  }

  /** The root that URLs are written with. */
  public String first() {
    return roots.getFirst();
  }

  /** The names of the roots themselves, which are hosts of no payer. */
  Set<String> rootNames() {
    return known.stream().map(root -> root.substring(1)).collect(Collectors.toUnmodifiableSet());
  }

  /** The payer in the name of a host, where it is one of a payer; not parsed yet. */
  Optional<String> payer(String host) {
    int end = host.indexOf('.');
    return end >= 0 && known.contains(host.substring(end))
        ? Optional.of(host.substring(0, end))
        : Optional.empty();
  }
}
