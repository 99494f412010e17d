package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.Traffic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom a supply asks while the quota for it comes late. */
class OriginSupplyTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final byte[] BYTES = new byte[1_000];

  static {
    new Random(1).nextBytes(BYTES);
  }

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final OriginClient client =
      new OriginClient(
          new OriginClient.Tools(
              vertx,
              new OriginClient.Rules(
                  Duration.ofSeconds(20),
                  Duration.ofSeconds(30),
                  Duration.ofSeconds(30),
                  1,
                  Duration.ofHours(12),
                  8,
                  Reach.of(Set.of(), List.of(), Set.of(), true)),
              new Traffic(new SimpleMeterRegistry(), 1),
              Clock.systemUTC()),
          new HostAddresses(vertx),
          OriginProofs.NONE,
          OriginTls.javasTrust());
  private final OriginHealth health =
      new OriginHealth(
          8,
          Duration.ofSeconds(15),
          Clock.systemUTC(),
          new PieceHistory(
              new PieceHistory.Rules(Duration.ofSeconds(30), Duration.ofSeconds(10)),
              Clock.systemUTC()));
  private final LateQuota quota = new LateQuota();
  private final Came came = new Came();

  @AfterEach
  void close() throws Exception {
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** Answers when told to. Confined to the event loop. */
  private static final class LateQuota implements Quota {
    private final List<Runnable> answers = new ArrayList<>();
    private long reserved;

    @Override
    public void prepare(List<Need> needs, Consumer<Hold> then) {
      answers.add(() -> Quota.super.prepare(needs, then));
    }

    @Override
    public Outcome reserve(QuotaName name, long bytes) {
      reserved += bytes;
      return Outcome.RESERVED;
    }

    @Override
    public void giveBack(QuotaName name, long bytes) {
      reserved -= bytes;
    }

    @Override
    public long remaining(QuotaName name) {
      return Long.MAX_VALUE;
    }

    void answer() {
      answers.removeFirst().run();
    }
  }

  private static final class Came implements OriginSupply.Taker {
    private final Buffer bytes = Buffer.buffer();
    private final CompletableFuture<byte[]> all = new CompletableFuture<>();

    @Override
    public void arrived(Buffer part) {
      bytes.appendBuffer(part);
    }

    @Override
    public void completed() {
      all.complete(bytes.getBytes());
    }

    @Override
    public List<Origin> more() {
      return List.of();
    }

    @Override
    public List<Origin> others() {
      return List.of();
    }

    @Override
    public void exhausted() {
      all.completeExceptionally(new IllegalStateException("nobody is left"));
    }
  }

  private void onEventLoop(Runnable step) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    context.runOnContext(
        on -> {
          step.run();
          done.complete(null);
        });
    done.get(20, TimeUnit.SECONDS);
  }

  private OriginSupply supply(Origin origin) {
    return new OriginSupply(
        client,
        health,
        quota,
        System::nanoTime,
        OriginSupply.Wanted.whole(PIECE),
        List.of(origin),
        came);
  }

  private static Origin origin(RawProvider provider) {
    return new Origin(
        ProviderId.of("fwss/1"), DataSetId.of("fwss/1"), provider.url(), Optional.empty());
  }

  @Test
  void whoIsSuspendedWhileQuotaIsAwaitedAsksOnlyOnceItGoesOn() throws Exception {
    try (RawProvider provider = new RawProvider(request -> request.ok(BYTES))) {
      OriginSupply supply = supply(origin(provider));
      onEventLoop(supply::start);
      onEventLoop(supply::suspend);
      onEventLoop(quota::answer);
      assertThat(quota.reserved).isZero();

      onEventLoop(() -> supply.goOn(List.of(origin(provider))));
      onEventLoop(quota::answer);

      assertThat(came.all.get(20, TimeUnit.SECONDS)).isEqualTo(BYTES);
      assertThat(provider.requests()).hasSize(1);
      assertThat(quota.reserved).isEqualTo(BYTES.length);
    }
  }

  @Test
  void whoGoesOnBeforeTheFirstAnswerOfTheQuotaAsksOnce() throws Exception {
    try (RawProvider provider = new RawProvider(request -> request.ok(BYTES))) {
      OriginSupply supply = supply(origin(provider));
      onEventLoop(supply::start);
      onEventLoop(supply::suspend);
      onEventLoop(() -> supply.goOn(List.of(origin(provider))));
      onEventLoop(quota::answer);
      onEventLoop(quota::answer);

      assertThat(came.all.get(20, TimeUnit.SECONDS)).isEqualTo(BYTES);
      assertThat(provider.requests()).hasSize(1);
      assertThat(quota.reserved).isEqualTo(BYTES.length);
    }
  }
}
