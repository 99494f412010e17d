package io.filcdn.metrics.publish;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.metrics.publish.PostgresWebhookCalls.Call;
import io.filcdn.service.database.Database;
import io.filcdn.service.http.WholeAnswer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;

/**
 * The calls to a URL of the operator's when a quota crosses a threshold: a {@link QuotaRecord} as
 * JSON, signed in {@value #SIGNATURE} as {@code sha256=} and the HMAC-SHA256 of the body in hex. A
 * call that is not answered with 2xx is made again, each time after twice as long, and given up in
 * the end. It can come twice.
 *
 * <pre>
 *                     there is room             2xx
 *   threshold crossed ---------------> waits ---------> answered
 *      |                               |   ^  |  anything else, once too often
 *      |  no room          anything    |   |  +-------> given up
 *      +-------> dropped   else        +---+
 * </pre>
 */
public final class Webhooks {

  /** The header of the signature. */
  public static final String SIGNATURE = "X-FilCDN-Signature";

  private static final Logger LOG = Logger.getLogger(Webhooks.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
  private static final int AT_ONCE = 50;

  private final Database database;
  private final PostgresWebhookCalls calls;
  private final Target target;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final HttpClient http;

  /**
   * The place that calls go to.
   *
   * @param attempts how often one is made before it is given up
   * @param mostWaiting how many can wait; more are dropped
   */
  public record Target(URI url, String secret, Duration timeout, int attempts, int mostWaiting) {

    /** The host: path, query and user may hold a secret. */
    @Override
    public String toString() {
      return "webhook at " + url.getHost();
    }
  }

  public Webhooks(
      Database database,
      PostgresWebhookCalls calls,
      Target target,
      Clock clock,
      MeterRegistry metrics) {
    this.database = database;
    this.calls = calls;
    this.target = target;
    this.clock = clock;
    this.metrics = metrics;
    this.http = HttpClient.newBuilder().connectTimeout(target.timeout).build();
  }

  /** Keeps what is to be told, in the caller's transaction. */
  void add(Connection connection, List<QuotaRecord> records) throws SQLException {
    List<String> bodies = records.stream().map(RecordJson::write).toList();
    int dropped = calls.add(connection, bodies, clock.instant(), target.mostWaiting);
    if (dropped > 0) {
      metrics.counter("filcdn.webhooks", "outcome", "dropped").increment(dropped);
      LOG.errorf("%d webhook calls are dropped: %d wait already", dropped, target.mostWaiting);
    }
  }

  /** Makes the calls that are due, up to a bound. */
  public void callDue() {
    for (int i = 0; i < AT_ONCE; i++) {
      if (!database.call(this::callOne)) {
        return;
      }
    }
  }

  private boolean callOne(Connection connection) throws SQLException {
    List<Call> due = calls.due(connection, clock.instant());
    for (Call call : due) {
      if (isAnswered(call)) {
        calls.remove(connection, call.id());
        metrics.counter("filcdn.webhooks", "outcome", "answered").increment();
      } else if (call.attempts() + 1 >= target.attempts) {
        calls.remove(connection, call.id());
        metrics.counter("filcdn.webhooks", "outcome", "given_up").increment();
        LOG.errorf(
            "a webhook call is given up after %d attempts: %s", target.attempts, call.body());
      } else {
        calls.later(connection, call.id(), clock.instant().plus(pause(call.attempts())));
      }
    }
    return !due.isEmpty();
  }

  private static Duration pause(int attempts) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts, 20));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private boolean isAnswered(Call call) {
    HttpRequest request =
        HttpRequest.newBuilder(target.url)
            .header("Content-Type", "application/json")
            .header(SIGNATURE, "sha256=" + signature(target.secret, call.body()))
            .POST(HttpRequest.BodyPublishers.ofString(call.body()))
            .build();
    try {
      int status =
          WholeAnswer.of(http, request, HttpResponse.BodyHandlers.discarding(), target.timeout)
              .statusCode();
      if (status / 100 != 2) {
        LOG.warnf("expected a 2xx of the %s, found %d; it is called again", target, status);
      }
      return status / 100 == 2;
    } catch (IOException e) {
      LOG.warnf("expected a 2xx of the %s, found %s; it is called again", target, e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The HMAC-SHA256 of a body, in hex. */
  static String signature(String secret, String body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
