package io.filcdn.service.start;

import io.filcdn.common.network.NetworkFile.BrokenNetworkFileException;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * The cause that kept a service from starting, as one line that begins with {@code … does not
 * start:}. One that nobody foresaw is logged before, with its trace.
 *
 * @param service the service's name
 */
record StartFailure(String service) {

  private static final Logger LOG = Logger.getLogger(StartFailure.class);

  /** Tells of it on the standard error output. */
  void tell(Throwable cause) {
    Optional<String> known = known(cause);
    if (known.isEmpty()) {
      LOG.errorf(cause, "%s cannot start", service);
    }
    System.err.printf(
        "%s does not start: %s%n", service, known.orElseGet(() -> root(cause).toString()));
    System.err.flush();
  }

  /** The sentence of the first cause that has one for people. */
  static Optional<String> known(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      Optional<String> sentence =
          switch (each) {
            case UnusableSettingException unusable -> Optional.of(unusable.getMessage());
            case BrokenNetworkFileException broken -> Optional.of(broken.getMessage());
            case ConfigValidationException invalid -> Optional.of(problems(invalid));
            case ConfigurationException wrong -> Optional.ofNullable(wrong.getMessage());
            case QuarkusBindException taken ->
                Optional.of(
                    "%s; choose another port with QUARKUS_HTTP_PORT".formatted(taken.getMessage()));
            default -> Optional.empty();
          };
      if (sentence.isPresent()) {
        return sentence.map(text -> text.replaceAll("\\s*\\R\\s*", " ").strip());
      }
    }
    return Optional.empty();
  }

  private static String problems(ConfigValidationException invalid) {
    return IntStream.range(0, invalid.getProblemCount())
        .mapToObj(i -> invalid.getProblem(i).getMessage())
        .collect(Collectors.joining("; "));
  }

  private static Throwable root(Throwable cause) {
    return cause.getCause() == null ? cause : root(cause.getCause());
  }
}
