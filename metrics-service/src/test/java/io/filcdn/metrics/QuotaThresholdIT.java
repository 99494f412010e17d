package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.TestStack.batch;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.metrics.publish.PostgresWebhookCalls;
import io.filcdn.metrics.publish.Webhooks;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told when a quota sinks. */
class QuotaThresholdIT {

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private final AtomicInteger status = new AtomicInteger(200);
  private final List<String> called = new CopyOnWriteArrayList<>();
  private final List<String> signatures = new CopyOnWriteArrayList<>();
  private MetricsService service;
  private HttpServer hook;

  @BeforeEach
  void startAnew() throws Exception {
    stack.forget();
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        call -> {
          called.add(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          signatures.add(call.getRequestHeaders().getFirst(Webhooks.SIGNATURE));
          call.sendResponseHeaders(status.get(), -1);
          call.close();
        });
    hook.start();
    service =
        stack.service(
            stack.dataSource(),
            clock,
            new SimpleMeterRegistry(),
            "filcdn.metrics.webhooks.url",
            "http://127.0.0.1:" + hook.getAddress().getPort(),
            "filcdn.metrics.webhooks.secret",
            "secret");
    paid(1, 1000);
  }

  @AfterEach
  void close() {
    service.close();
    hook.stop(0);
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void eachThresholdIsToldOnceWhenItIsCrossed() {
    serve(1, 799);
    assertThat(told()).isEmpty();

    serve(2, 1);
    assertThat(told()).containsExactly("cdn 20 200/1000");
    serve(3, 100);
    assertThat(told()).isEmpty();
    serve(4, 100);

    assertThat(told()).containsExactly("cdn 5 0/1000", "cdn 0 0/1000");
    serve(5, 10);
    assertThat(told()).isEmpty();
  }

  @Test
  void afterATopUpTheSameThresholdsCanBeCrossedAgain() {
    serve(1, 900);
    assertThat(told()).containsExactly("cdn 20 100/1000");

    paid(2, 10_000);
    serve(2, 1);
    assertThat(told()).isEmpty();
    serve(3, 7_200);

    assertThat(told()).containsExactly("cdn 20 1899/10000");
  }

  @Test
  void aWebhookIsCalledWithASignatureUntilItIsAnswered() throws Exception {
    status.set(500);
    serve(1, 900);
    Webhooks webhooks = webhooks();

    webhooks.callDue();
    webhooks.callDue();
    assertThat(called).as("not again before its pause is over").hasSize(1);
    clock.move(Duration.ofSeconds(10));
    status.set(204);
    webhooks.callDue();
    clock.move(Duration.ofHours(2));
    webhooks.callDue();

    assertThat(called).hasSize(2);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec("secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] body = called.getFirst().getBytes(StandardCharsets.UTF_8);
    assertThat(signatures).containsOnly("sha256=" + HexFormat.of().formatHex(mac.doFinal(body)));
    assertThat(RecordJson.read(called.getFirst(), QuotaRecord.class).thresholdPercent())
        .isEqualTo(20);
  }

  @Test
  void aWebhookThatNeverAnswersIsGivenUpAndItsUrlIsNotTold() {
    StringBuilder told = new StringBuilder();
    Handler log = new LogKeeper(told);
    Logger.getLogger(Webhooks.class.getName()).addHandler(log);
    status.set(500);
    serve(1, 900);

    for (int times = 0; times < 20; times++) {
      webhooks().callDue();
      clock.move(Duration.ofHours(1));
    }
    hook.stop(0);
    serve(2, 100);
    webhooks().callDue();
    Logger.getLogger(Webhooks.class.getName()).removeHandler(log);

    assertThat(called).hasSize(12);
    assertThat(stack.rows("select attempts from webhook_call")).containsOnly("1");
    assertThat(told.toString())
        .contains("expected a 2xx of the webhook at 127.0.0.1, found 500", "Connect")
        .doesNotContain("hush");
  }

  /** Keeps what is logged. */
  private static final class LogKeeper extends Handler {

    private final StringBuilder told;

    LogKeeper(StringBuilder told) {
      this.told = told;
    }

    @Override
    public void publish(LogRecord record) {
      told.append(new SimpleFormatter().format(record));
    }

    @Override
    public void flush() {
      // it is all there
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  private Webhooks webhooks() {
    return new Webhooks(
        new Database(stack.dataSource()),
        new PostgresWebhookCalls(),
        new Webhooks.Target(
            URI.create(
                "http://user:hush@127.0.0.1:%d/hush?token=hush"
                    .formatted(hook.getAddress().getPort())),
            "secret",
            Duration.ofSeconds(5),
            12,
            10),
        clock,
        new SimpleMeterRegistry());
  }

  private void serve(long sequence, long bytes) {
    service.pipeline().apply(batch(flush(journal(1), 0, sequence, hit(7, bytes))));
  }

  private static List<String> told() {
    return stack.written(Topic.QUOTA).stream()
        .map(record -> RecordJson.read(record.value(), QuotaRecord.class))
        .map(
            record ->
                "%s %d %s/%s"
                    .formatted(
                        record.quota(),
                        record.thresholdPercent(),
                        record.remaining(),
                        record.granted()))
        .toList();
  }

  private static void paid(long version, long cdn) {
    TopUps topUps =
        new TopUps(LeaseDeskIT.bytes(cdn), TokenAmount.ZERO, TokenAmount.ZERO, TokenAmount.ZERO);
    new Database(stack.dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(connection, List.of(indexed(7, version, topUps, Reported.NONE))));
  }
}
