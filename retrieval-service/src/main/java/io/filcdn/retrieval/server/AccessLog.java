package io.filcdn.retrieval.server;

import io.filcdn.common.chain.Address;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.request.Client;
import io.filcdn.service.start.UnusableSettingException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.logmanager.handlers.ConsoleHandler;

/**
 * A log of requests, a line each, written by a thread of its own. Nothing waits for it: where too
 * many lines wait, or the disk takes none, they are dropped and counted.
 */
public final class AccessLog implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(AccessLog.class);
  private static final Formatter LINE = new PatternFormatter("%s%n");

  /** The header by which a client tells of its trace (W3C Trace Context). */
  private static final String TRACE = "traceparent";

  private static final Pattern TRACE_ID =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

  private static final long CLOSE_SECONDS = 5;

  private final Function<AccessEntry, String> format;
  private final boolean fullAddresses;
  private final Handler output;
  private final ThreadPoolExecutor writer;
  private final Clock clock;
  private final LongAdder dropped = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private volatile boolean written = true;

  /** The errors before the last flush. Of one thread at a time. */
  private long errorsBefore;

  /**
   * The rules of an access log.
   *
   * @param file that is written; the standard output without it
   * @param maxBytes of the file, at which another begins
   * @param files that are kept, with the one that is written
   * @param waiting lines that may wait to be written
   * @param fullAddresses whether clients' addresses are written whole
   */
  public record Rules(
      AccessLogFormat format,
      Optional<Path> file,
      long maxBytes,
      int files,
      int waiting,
      boolean fullAddresses) {}

  AccessLog(Rules rules, Function<AccessEntry, String> format, Handler output, Clock clock) {
    this.format = format;
    this.fullAddresses = rules.fullAddresses;
    this.output = output;
    this.clock = clock;
    this.writer =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(rules.waiting),
            Thread.ofPlatform().name("filcdn-access-log").factory(),
            (line, full) -> dropped.increment());
    output.setErrorManager(new CountedErrors());
    // so that a file that cannot be opened is told of before the first line
    flush();
  }

  /**
   * Opens the log, where there is to be one. A file that cannot be written now, as on a full disk,
   * keeps nobody from being served: its lines are dropped until it can.
   *
   * @throws UnusableSettingException where its file is a folder
   */
  public static Optional<AccessLog> open(Rules rules, Clock clock) {
    return format(rules.format).map(format -> new AccessLog(rules, format, output(rules), clock));
  }

  private static Optional<Function<AccessEntry, String>> format(AccessLogFormat format) {
    return switch (format) {
      case OFF -> Optional.empty();
      case JSON -> Optional.of(AccessEntry::json);
      case COMBINED -> Optional.of(AccessEntry::combined);
    };
  }

  private static Handler output(Rules rules) {
    if (rules.file.isEmpty()) {
      return new ConsoleHandler(ConsoleHandler.Target.SYSTEM_OUT, LINE);
    }
    Path file = rules.file.get();
    if (Files.isDirectory(file)) {
      throw new UnusableSettingException(
          "expected in filcdn.retrieval.access-log.file a file, found the folder " + file);
    }
    return new LineFile(file, LINE, rules.maxBytes, rules.files, System::nanoTime);
  }

  /** Errors of the output. Each lost a line, but where the file was only opened. */
  private final class CountedErrors extends ErrorManager {

    @Override
    public void error(String message, Exception failure, int code) {
      if (code != OPEN_FAILURE) {
        dropped.increment();
      }
      errors.increment();
      if (written) {
        written = false;
        LOG.errorf(
            "the access log cannot be written, and its lines are dropped: %s",
            failure == null ? message : failure.getMessage());
      }
    }
  }

  /** True where the output took what it was last given. */
  public boolean isWritten() {
    return written;
  }

  /** The number of lines that were not written. */
  public long dropped() {
    return dropped.sum();
  }

  /** Writes of a request that has ended. On its event loop, which it does not block. */
  void write(Exchange ended, Client client) {
    add(entry(ended, client));
  }

  void add(AccessEntry entry) {
    writer.execute(() -> write(entry));
  }

  private void write(AccessEntry entry) {
    output.publish(
        new ExtLogRecord(
            Level.INFO,
            format.apply(entry),
            ExtLogRecord.FormatStyle.NO_FORMAT,
            AccessLog.class.getName()));
    if (writer.getQueue().isEmpty()) {
      flush();
    }
  }

  private void flush() {
    output.flush();
    long found = errors.sum();
    if (found == errorsBefore && !written) {
      written = true;
      LOG.info("the access log is written again");
    }
    errorsBefore = found;
  }

  private AccessEntry entry(Exchange ended, Client client) {
    HttpServerRequest request = ended.request();
    long micros = ended.elapsedMicros();
    return new AccessEntry(
        clock.instant().minus(micros, ChronoUnit.MICROS),
        address(client),
        request.method().name(),
        Optional.ofNullable(request.path()).orElse("-"),
        protocol(request.version()),
        ended.status(),
        ended.asked().map(Exchange.Asked::payer).map(Address::hex),
        ended.asked().map(asked -> asked.piece().toString()),
        header(request, HttpHeaderNames.RANGE),
        ended.acceptedBytes(),
        ended.result(),
        ended.firstByteMicros(),
        micros,
        traceId(ended),
        header(request, HttpHeaderNames.REFERER).map(AccessLog::withoutQuery),
        header(request, HttpHeaderNames.USER_AGENT));
  }

  /**
   * The trace that this edge makes, which is the client's where he names one; else what he says.
   */
  private static Optional<String> traceId(Exchange ended) {
    return ended.trace().isValid()
        ? Optional.of(ended.trace().getTraceId())
        : header(ended.request(), TRACE)
            .map(TRACE_ID::matcher)
            .filter(Matcher::matches)
            .map(trace -> trace.group(1));
  }

  private String address(Client client) {
    return fullAddresses ? client.address().getHostAddress() : client.networks().getLast().first();
  }

  private static String protocol(HttpVersion version) {
    return switch (version) {
      case HTTP_1_0 -> "HTTP/1.0";
      case HTTP_1_1 -> "HTTP/1.1";
      case HTTP_2 -> "HTTP/2.0";
    };
  }

  private static Optional<String> header(HttpServerRequest request, CharSequence name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  /** A page's address can hold a credential too. */
  static String withoutQuery(String address) {
    return address.split("[?#]", 2)[0];
  }

  /** Writes the lines that wait; later ones count as dropped. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        dropped.add(writer.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    output.close();
  }
}
