package io.filcdn.stack;

import io.filcdn.common.access.IpNetwork;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.testing.process.Arguments;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.LogFile;
import io.filcdn.testing.process.StackFailure;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The entry point of {@code ./filcdn} once everything is built: one sub-command. */
public final class Main {

  private static final Logger LOG = Logger.getLogger(Main.class.getName());
  private static final String DEFAULT_PORT_BASE = "8400";
  private static final String DATA = "--data";
  private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,5})([smh]?)");

  private Main() {}

  /** Takes a sub-command and its words. Errors are one line, and their traces go to the log. */
  public static void main(String[] arguments) {
    LogFile.silence();
    Clock clock = Clock.systemUTC();
    Console console = new Console(System.out, clock);
    try {
      run(arguments[0], Arrays.asList(arguments).subList(1, arguments.length), console, clock);
      System.exit(0);
    } catch (StackFailure e) {
      LOG.log(Level.SEVERE, "failed", e);
      fail(e.getMessage());
    } catch (Exception e) {
      LOG.log(Level.SEVERE, "failed", e);
      fail("%s (%s)".formatted(e.getMessage(), e.getClass().getSimpleName()));
    }
  }

  private static void fail(String message) {
    System.err.println("filcdn: " + message);
    System.exit(1);
  }

  private static void run(String command, List<String> words, Console console, Clock clock)
      throws Exception {
    switch (command) {
      case "up" -> {
        Arguments given =
            Arguments.read(
                command,
                words,
                Set.of(DATA, "--port-base", "--network", "--timeout"),
                Set.of("--fresh", "--train"));
        requireNoOperands(command, given);
        new Up(Checkout.ofThisProcess(), data(given), options(given), console, clock).run();
      }
      case "down", "status" -> {
        Arguments given = Arguments.read(command, words, Set.of(DATA), Set.of());
        requireNoOperands(command, given);
        if (command.equals("down")) {
          Down.run(data(given), console);
        } else {
          try (Http http = new Http()) {
            Status.run(data(given), console, http);
          }
        }
      }
      case "restart" -> {
        Arguments given = Arguments.read(command, words, Set.of(DATA), Set.of());
        if (given.operands().size() != 1) {
          throw new StackFailure("expected one service: ./filcdn restart SERVICE");
        }
        try (Http http = new Http()) {
          new Restart(data(given), console, http).run(given.operands().getFirst());
        }
      }
      case "backup", "restore" -> {
        Arguments given = Arguments.read(command, words, Set.of(DATA), Set.of());
        if (given.operands().size() != 1) {
          throw new StackFailure("expected one folder: ./filcdn %s DIR".formatted(command));
        }
        Path folder = Path.of(given.operands().getFirst());
        if (command.equals("backup")) {
          Backup.run(data(given), folder, console);
        } else {
          Restore.run(data(given), folder, console);
        }
      }
      case "store" -> {
        Arguments given = Arguments.read(command, words, Set.of(DATA), Set.of());
        try (Http http = new Http()) {
          Store.run(data(given), given.operands(), console, http, clock);
        }
      }
      case "sign" -> {
        Arguments given =
            Arguments.read(
                command,
                words,
                Set.of("--key", "--new-key", "--for", "--client", "--max-bytes"),
                Set.of());
        sign(given, clock);
      }
      default -> throw new StackFailure("no command \"%s\"; see ./filcdn help".formatted(command));
    }
  }

  private static void sign(Arguments given, Clock clock) throws Exception {
    Optional<String> made = given.value("--new-key");
    if (made.isPresent()) {
      requireNoOperands("sign", given);
      System.out.println(Sign.makeKey(Path.of(made.get())));
      return;
    }
    String key =
        given
            .value("--key")
            .filter(_ -> !given.operands().isEmpty())
            .orElseThrow(
                () -> new StackFailure("expected a key and URLs: ./filcdn sign --key FILE URL…"));
    Sign signer = Sign.with(Path.of(key), clock);
    Sign.Limits limits =
        new Sign.Limits(
            duration("--for", given.value("--for").orElse("10m")),
            given.value("--client").map(Main::network),
            given.value("--max-bytes").map(Main::bytes));
    for (String url : given.operands()) {
      System.out.println(signer.sign(url, limits));
    }
  }

  private static ByteCount bytes(String text) {
    try {
      return ByteCount.of(text);
    } catch (IllegalArgumentException e) {
      throw new StackFailure("--max-bytes: expected a number of bytes, found " + text);
    }
  }

  private static IpNetwork network(String text) {
    try {
      return IpNetwork.of(text);
    } catch (IllegalArgumentException e) {
      throw new StackFailure("--client: " + e.getMessage());
    }
  }

  private static Up.Options options(Arguments given) {
    String base = given.value("--port-base").orElse(DEFAULT_PORT_BASE);
    if (!base.matches("\\d{1,5}")) {
      throw new StackFailure("expected a number after --port-base, found \"%s\"".formatted(base));
    }
    return new Up.Options(
        Integer.parseInt(base),
        given.value("--network").orElse(NetworkChoice.DEVNET),
        given.has("--fresh"),
        given.has("--train"),
        Optional.ofNullable(System.getenv("FILCDN_OPERATOR_KEY")),
        given.value("--timeout").map(time -> duration("--timeout", time)));
  }

  /** Reads {@code 90}, {@code 90s}, {@code 5m} or {@code 1h}. */
  static Duration duration(String option, String text) {
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      throw new StackFailure(
          "expected seconds, or a number with s, m or h, after %s, found \"%s\""
              .formatted(option, text));
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }

  private static DataFolder data(Arguments given) {
    return new DataFolder(
        given
            .value(DATA)
            .map(Path::of)
            .orElseGet(() -> Checkout.ofThisProcess().root().resolve(".filcdn")));
  }

  private static void requireNoOperands(String command, Arguments given) {
    if (!given.operands().isEmpty()) {
      throw new StackFailure(
          "%s: expected options only, found %s; ./filcdn %s --help lists them"
              .formatted(command, given.operands().getFirst(), command));
    }
  }
}
