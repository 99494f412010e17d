package io.filcdn.settlement;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts the service. Where a setting keeps it from starting, one line says which, and no trace.
 */
@QuarkusMain
public final class Main {

  private static final Logger LOG = Logger.getLogger(Main.class);

  private Main() {}

  public static void main(String... args) {
    Quarkus.run(null, Main::end, args);
  }

  /** A setting that the service cannot start with; the message is one line that says what to do. */
  static final class UnusableSetting extends RuntimeException {

    UnusableSetting(String message) {
      super(message);
    }
  }

  private static void end(int exitCode, @Nullable Throwable cause) {
    if (cause != null) {
      tell(cause);
    }
    System.exit(exitCode);
  }

  private static void tell(Throwable cause) {
    for (Throwable deeper = cause; deeper != null; deeper = deeper.getCause()) {
      if (deeper instanceof UnusableSetting setting) {
        System.err.println("settlement does not start: " + setting.getMessage());
        return;
      }
      if (deeper instanceof QuarkusBindException taken) {
        System.err.println(
            "settlement does not start: %s; choose another port with QUARKUS_HTTP_PORT"
                .formatted(taken.getMessage()));
        return;
      }
    }
    LOG.error("settlement does not start", cause);
  }
}
