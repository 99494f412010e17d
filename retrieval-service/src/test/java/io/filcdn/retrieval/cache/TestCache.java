package io.filcdn.retrieval.cache;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.origin.HostAddresses;
import io.filcdn.retrieval.origin.HostPatterns;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.origin.OriginHealth;
import io.filcdn.retrieval.origin.OriginProofs;
import io.filcdn.retrieval.origin.PieceHistory;
import io.filcdn.retrieval.origin.ProviderTrees;
import io.filcdn.retrieval.origin.Reach;
import io.filcdn.retrieval.tree.TreeStore;
import io.filcdn.retrieval.usage.CountedRows;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.Traffic;
import io.filcdn.retrieval.usage.UnverifiedBudget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A cache of pieces in front of real providers, with its books, and readers without clients. */
final class TestCache implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final OriginClient client;
  private final EgressMeter meter;
  private final ExecutorService evicting = Executors.newSingleThreadExecutor();
  private final DiskPieceCache disk;
  private final PieceCache cache;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong supplied = new AtomicLong();
  private final List<EgressRow> rows = new ArrayList<>();

  private final Quota quota =
      new Quota() {
        @Override
        public Outcome reserve(QuotaName name, long bytes) {
          taken.addAndGet(bytes);
          return Outcome.RESERVED;
        }

        @Override
        public void giveBack(QuotaName name, long bytes) {
          taken.addAndGet(-bytes);
        }

        @Override
        public long remaining(QuotaName name) {
          return Long.MAX_VALUE;
        }
      };

  /**
   * @param trees that are known
   * @param maxBytes the disk's share
   */
  TestCache(Vertx vertx, Path folder, TreeStore trees, long maxBytes, long readAhead) {
    UnverifiedBudget budget =
        new UnverifiedBudget(
            new UnverifiedBudget.Limits(1L << 40, 1L << 40, 1L << 40, Duration.ofHours(1)),
            System::nanoTime);
    Traffic traffic = new Traffic(new SimpleMeterRegistry(), 1);
    meter = new EgressMeter(quota, budget, traffic);
    client =
        new OriginClient(
            vertx,
            new OriginClient.Rules(
                PATIENCE,
                PATIENCE,
                PATIENCE,
                1,
                Duration.ofHours(12),
                64,
                Reach.of(Set.of(), List.of(), Set.of(), true)),
            new HostAddresses(vertx),
            OriginProofs.NONE,
            traffic,
            Clock.systemUTC());
    OriginHealth health =
        new OriginHealth(
            64,
            Duration.ofMillis(50),
            Clock.systemUTC(),
            new PieceHistory(
                new PieceHistory.Rules(Duration.ofSeconds(30), Duration.ofMillis(50)),
                Clock.systemUTC()));
    disk =
        DiskPieceCache.open(
            folder, maxBytes, new MemoryTier(4L << 20, Runnable::run), evicting, System::nanoTime);
    FillDependencies tools =
        new FillDependencies(
            vertx,
            vertx.createSharedWorkerExecutor("test-fill", 4),
            client,
            health,
            quota,
            meter,
            trees,
            System::nanoTime);
    cache =
        new PieceCache(
            tools,
            disk,
            new AbandonedFills(vertx, 1L << 30, Duration.ofMinutes(1)),
            new ProviderTrees(
                vertx,
                client,
                trees,
                vertx.createSharedWorkerExecutor("test-trees", 1),
                new ProviderTrees.Rules(HostPatterns.of(Set.of()), PATIENCE)),
            readAhead);
  }

  DiskPieceCache disk() {
    return disk;
  }

  PieceCache cache() {
    return cache;
  }

  /** Bytes of providers that are billed. */
  long filled() {
    return filled(any -> true);
  }

  /** Bytes that one data set pays for. */
  long filled(DataSetId dataSet) {
    return filled(each -> each.equals(dataSet));
  }

  private synchronized long filled(Predicate<DataSetId> of) {
    rows.addAll(CountedRows.take(meter));
    return rows.stream()
        .filter(EgressRow.Fill.class::isInstance)
        .filter(row -> of.test(row.dataSet()))
        .mapToLong(row -> ((EgressRow.Fill) row).fillBytes().bytes())
        .sum();
  }

  /** Bytes of the cache-miss quota that are reserved, or spent. */
  long taken() {
    return taken.get();
  }

  /** Bytes that came from providers, right or wrong. */
  long supplied() {
    return supplied.get();
  }

  /** Opens a range as a request does. */
  Reader open(PieceCid piece, ByteRange range, List<Origin> origins) {
    return open(piece, ByteRanges.of(range), origins);
  }

  /** Opens ranges as a request does. */
  Reader open(PieceCid piece, ByteRanges ranges, List<Origin> origins) {
    FillCharge charge =
        new FillCharge(
            (bySuppliers, accepted) ->
                bySuppliers.forEach(each -> supplied.addAndGet(each.bytes())));
    FillContext context = new FillContext(origins, Optional.empty(), Optional.of(charge));
    return new Reader(piece, ranges, context, charge);
  }

  /** Reads a range as a response does, to its end. */
  byte[] read(PieceCid piece, ByteRange range, List<Origin> origins) throws Exception {
    try (Reader reader = open(piece, range, origins)) {
      return reader.read(range.length());
    }
  }

  /** A reader of ranges; its bytes are those of a verified piece, or it fails. */
  final class Reader implements AutoCloseable {

    private final PieceCid piece;
    private final ByteRanges ranges;
    private final FillContext context;
    private final FillCharge charge;
    private final Semaphore told = new Semaphore(0);
    private final Runnable listener = told::release;
    private PieceBytes bytes;
    private long position;

    private Reader(PieceCid piece, ByteRanges ranges, FillContext context, FillCharge charge) {
      this.piece = piece;
      this.ranges = ranges;
      this.context = context;
      this.charge = charge;
      this.bytes = cache.open(piece, context, ranges).bytes();
      this.position = ranges.first().start();
      bytes.subscribe(listener);
    }

    /** The next bytes of the ranges. */
    byte[] read(long length) throws Exception {
      byte[] read = new byte[Math.toIntExact(length)];
      for (int at = 0; at < read.length || isUnverified(); ) {
        long ready = Math.min(bytes.readableFrom(position), current().end());
        if (bytes.state() == PieceBytes.State.FAILED) {
          throw new IOException("the bytes failed: " + bytes.problem());
        } else if (at < read.length && position < ready) {
          at += take(read, at, ready);
        } else if (!told.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException("nothing comes from byte " + position + " on");
        }
      }
      return read;
    }

    /** The range that is read, or was read last. */
    private ByteRange current() {
      return ranges.all().stream()
          .filter(range -> range.end() > position)
          .findFirst()
          .orElseGet(ranges.all()::getLast);
    }

    /** True where the bytes that came are known to be right. */
    boolean isVerified() {
      return bytes.isVerifiedAsItComes() || bytes.state() == PieceBytes.State.VERIFIED;
    }

    /** True where what comes may still turn out wrong. */
    private boolean isUnverified() {
      return !isVerified() && position == ranges.all().getLast().end();
    }

    /** The next byte of the ranges from one on. */
    private long next(long from) {
      return ranges.all().stream()
          .filter(range -> range.end() > from)
          .mapToLong(ByteRange::start)
          .findFirst()
          .orElse(from);
    }

    private int take(byte[] read, int at, long ready) throws IOException {
      try {
        ByteBuf resident = bytes.resident(position);
        ByteBuf part =
            resident == null
                ? bytes.read(position, (int) Math.min(64 << 10, ready - position))
                : resident;
        int length =
            (int) Math.min(Math.min(part.readableBytes(), read.length - at), ready - position);
        part.readBytes(read, at, length);
        part.release();
        position = Math.max(position + length, next(position + length));
        return length;
      } catch (NoSuchFileException e) {
        PieceBytes gone = bytes;
        gone.unsubscribe(listener);
        gone.close();
        bytes = cache.reopen(piece, gone, e, context, ranges.from(position)).bytes();
        bytes.subscribe(listener);
        return 0;
      }
    }

    @Override
    public void close() {
      bytes.unsubscribe(listener);
      bytes.close();
      charge.accepted(
          ranges.all().stream()
              .mapToLong(range -> Math.clamp(position - range.start(), 0, range.length()))
              .sum());
    }
  }

  @Override
  public void close() {
    cache.close();
    client.close();
    evicting.close();
  }
}
