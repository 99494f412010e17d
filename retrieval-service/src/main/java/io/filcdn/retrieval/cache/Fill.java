package io.filcdn.retrieval.cache;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.delivery.PieceBytes;
import io.filcdn.retrieval.delivery.Refusal;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.origin.OriginFailure;
import io.filcdn.retrieval.origin.OriginFetch;
import io.filcdn.retrieval.origin.OriginSink;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.UnverifiedEgress;
import io.filcdn.retrieval.verify.PieceVerifier.Verdict;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A piece on its way from providers to the disk. Candidates are asked one after the other; where
 * one dies midway, the next goes on at the same byte. Bytes are written and hashed by a worker, in
 * batches; while too many wait for it, the provider waits too. When the last byte has come, count
 * and CommP decide: the piece is kept, or all of it is forgotten.
 *
 * <p>Confined to the event loop that started it, but for what the worker does with a batch: at most
 * one batch is with the worker at any time.
 */
final class Fill implements OriginSink {

  private static final Logger LOG = Logger.getLogger(Fill.class);
  private static final long PAUSE_ABOVE = 4 << 20;
  private static final long RESUME_BELOW = 1 << 20;

  private final WorkerExecutor workers;
  private final PieceCid piece;
  private final ArrayDeque<Origin> candidates;
  private final DiskPieceCache disk;
  private final OriginClient client;
  private final EgressMeter meter;
  private final Runnable leave;
  private final UnverifiedEgress unverified;
  private final FillBytes bytes;

  private final Map<Origin, Long> contributions = new LinkedHashMap<>();
  private final List<OriginFailure> failures = new ArrayList<>();
  private final ArrayDeque<Buffer> arrived = new ArrayDeque<>();
  private @Nullable Origin current;
  private @Nullable OriginFetch fetch;
  private long received;
  private long waiting;
  private boolean working;
  private boolean complete;
  private boolean paused;
  private boolean over;

  /**
   * @param leave called once, when this fill takes no more followers
   */
  Fill(
      WorkerExecutor workers,
      PieceCid piece,
      List<Origin> candidates,
      DiskPieceCache disk,
      OriginClient client,
      EgressMeter meter,
      Runnable leave) {
    this.workers = workers;
    this.piece = piece;
    this.candidates = new ArrayDeque<>(candidates);
    this.disk = disk;
    this.client = client;
    this.meter = meter;
    this.leave = leave;
    this.unverified = meter.openFill();
    try {
      this.bytes = new FillBytes(piece, disk.beginFill());
    } catch (IOException e) {
      throw new UncheckedIOException("no file can be made for a fill", e);
    }
  }

  PieceBytes open() {
    return bytes.open();
  }

  UnverifiedEgress unverified() {
    return unverified;
  }

  void start() {
    if (piece.rawSize() == 0) {
      complete = true;
      work();
    } else {
      askNext();
    }
  }

  private void askNext() {
    current = candidates.poll();
    if (current == null) {
      fail(received == 0 ? Optional.of(refusal()) : Optional.empty(), "no provider is left");
    } else {
      fetch = client.fetch(current, piece, received, this);
    }
  }

  @Override
  public void arrived(Buffer part) {
    arrived.add(part);
    received += part.length();
    waiting += part.length();
    contributions.merge(java.util.Objects.requireNonNull(current), (long) part.length(), Long::sum);
    if (!paused && waiting > PAUSE_ABOVE && fetch != null) {
      paused = true;
      fetch.pause();
    }
    work();
  }

  @Override
  public void completed() {
    complete = true;
    work();
  }

  @Override
  public void failed(OriginFailure failure) {
    LOG.infof(
        "provider %s fails piece %s at byte %d: %s: %s",
        current == null ? "none" : current.provider(),
        piece,
        received,
        failure.kind(),
        failure.detail());
    failures.add(failure);
    paused = false;
    askNext();
  }

  /** Hands what has arrived to the worker, or ends the fill when all is written. */
  private void work() {
    if (working || over) {
      return;
    }
    if (arrived.isEmpty()) {
      if (complete) {
        verify();
      }
      return;
    }
    List<Buffer> batch = List.copyOf(arrived);
    arrived.clear();
    working = true;
    workers
        .executeBlocking(() -> append(batch), false)
        .onComplete(
            written -> {
              working = false;
              if (written.failed()) {
                fail(Optional.of(Refusal.CACHE_UNAVAILABLE), written.cause().toString());
                return;
              }
              waiting -= written.result();
              if (paused && waiting < RESUME_BELOW && fetch != null) {
                paused = false;
                fetch.resume();
              }
              work();
            });
  }

  // Vert.x 5 moves getByteBuf; the alternative here is a copy of every byte
  @SuppressWarnings("deprecation")
  private long append(List<Buffer> batch) throws IOException {
    long length = 0;
    for (Buffer part : batch) {
      bytes.append(part.getByteBuf().nioBuffer());
      length += part.length();
    }
    return length;
  }

  private void verify() {
    working = true;
    workers
        .executeBlocking(bytes::verdict, false)
        .onComplete(
            checked -> {
              working = false;
              if (checked.failed()) {
                fail(Optional.empty(), checked.cause().toString());
                return;
              }
              switch (checked.result()) {
                case Verdict.Right right -> succeed();
                case Verdict.Wrong wrong ->
                    fail(
                        Optional.empty(),
                        "wrong bytes from %s: %s".formatted(contributors(), wrong.difference()));
              }
            });
  }

  private void succeed() {
    over = true;
    unverified.verified();
    contributions.forEach((origin, supplied) -> meter.filled(origin.dataSet(), supplied));
    bytes.verified();
    workers
        .executeBlocking(
            () -> {
              bytes.keepIn(disk);
              return piece;
            },
            false)
        .onComplete(
            kept -> {
              if (kept.failed()) {
                LOG.warnf("piece %s is verified but not kept: %s", piece, kept.cause());
              }
              leave.run();
              bytes.end();
            });
  }

  private void fail(Optional<Refusal> why, String detail) {
    if (over) {
      return;
    }
    over = true;
    LOG.warnf("the fill of piece %s fails at byte %d: %s", piece, received, detail);
    if (fetch != null) {
      fetch.cancel();
    }
    leave.run();
    unverified.failed();
    bytes.failed(why);
    bytes.end();
  }

  private List<String> contributors() {
    return contributions.keySet().stream().map(origin -> origin.provider().toString()).toList();
  }

  private Refusal refusal() {
    if (failures.isEmpty()) {
      return Refusal.PROVIDER_UNKNOWN;
    }
    if (failures.stream().allMatch(f -> f.kind() == OriginFailure.Kind.NOT_FOUND)) {
      return Refusal.PIECE_GONE;
    }
    if (failures.stream().allMatch(f -> f.kind() == OriginFailure.Kind.TIMEOUT)) {
      return Refusal.ORIGIN_TIMEOUT;
    }
    return Refusal.ORIGIN_FAILED;
  }
}
