package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillHarm.Lost;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The clients of a drill: they ask either edge for pieces of several payers, whole or in part, take
 * all of it, some of it or take their time, and look at each byte.
 */
final class DrillClients implements AutoCloseable {

  private static final int CLIENTS = 10;
  private static final int FIRST_ADDRESS = 100;
  private static final int MOST_PAUSE_MILLIS = 150;
  private static final int QUIET_MILLIS = 4_000;
  private static final int SOME = 64 * 1024;
  private static final int HERD = 40;

  /** An edge writes its counts each second, and may be late. */
  private static final long UNWRITTEN_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final AnotherEdge second;
  private final List<Offer> offers = new CopyOnWriteArrayList<>();
  private final Queue<Taken> taken = new ConcurrentLinkedQueue<>();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
  private final AtomicInteger failed = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> clients = new ArrayList<>();
  private volatile boolean over;

  /** A piece that can be asked for. */
  record Offer(TestDataSet dataSet, PieceCid cid, byte[] content) {}

  /**
   * The outcome of a request.
   *
   * @param from when it was sent, and {@code to} when it was over, by {@link System#nanoTime}
   * @param whole whether its client took all of it
   */
  record Taken(DataSetId dataSet, Victim edge, long from, long to, long bytes, boolean whole) {}

  DrillClients(AnotherEdge second) {
    this.second = second;
  }

  void offer(Offer offer) {
    offers.add(offer);
  }

  /** Has them come. */
  void begin(long seed) {
    for (int i = 0; i < CLIENTS; i++) {
      Random random = new Random(seed + i);
      int address = FIRST_ADDRESS + i;
      clients.add(
          threads.submit(
              () -> {
                while (!over) {
                  ask(address, offers.get(zipf(random)), random);
                  Connection.pause(random.nextInt(MOST_PAUSE_MILLIS));
                }
              }));
    }
  }

  /** Has many ask for one piece at once, and waits for them. */
  void herd(Offer offer, Random random) {
    List<Future<?>> herd = new ArrayList<>();
    for (int i = 0; i < HERD; i++) {
      Random own = new Random(random.nextLong());
      int address = FIRST_ADDRESS + i;
      herd.add(threads.submit(() -> ask(address, offer, own)));
    }
    join(herd);
  }

  private static void join(List<Future<?>> all) {
    for (Future<?> each : all) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw new AssertionError("a client failed: " + e.getCause(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** The first are asked for most. */
  private int zipf(Random random) {
    return (int) (Math.pow(random.nextDouble(), 2) * offers.size());
  }

  private void ask(int address, Offer offer, Random random) {
    Victim edge = random.nextInt(3) == 0 ? Victim.SECOND : Victim.RETRIEVAL;
    URI url =
        edge == Victim.SECOND
            ? second.url(offer.dataSet.payer(), offer.cid)
            : offer.dataSet.url(offer.cid);
    int size = offer.content.length;
    int first = random.nextInt(3) == 0 ? random.nextInt(size) : 0;
    int last = first == 0 ? size - 1 : Math.min(size - 1, first + random.nextInt(size));
    String range = first == 0 ? "" : "Range: bytes=%d-%d\r\n".formatted(first, last);
    long from = System.nanoTime();
    try (Connection connection = Connection.open(Connection.client(address), "GET", url, range)) {
      take(connection, last + 1 - first, random);
      note(connection, offer, edge, first, from);
    } catch (UncheckedIOException e) {
      failed.incrementAndGet();
    }
  }

  private static void take(Connection connection, int length, Random random) {
    switch (random.nextInt(8)) {
      case 0 -> connection.takeUntilQuiet(random.nextInt(length) + 1, QUIET_MILLIS);
      case 1 -> {
        for (int at = SOME; at < length && at < 8 * SOME; at += SOME) {
          connection.takeUntilQuiet(at, QUIET_MILLIS).rest(random.nextInt(MOST_PAUSE_MILLIS));
        }
      }
      default -> connection.takeUntilQuiet(Long.MAX_VALUE, QUIET_MILLIS);
    }
  }

  private void note(Connection connection, Offer offer, Victim edge, int first, long from) {
    if (!connection.isAnswered()) {
      failed.incrementAndGet();
      return;
    }
    Download download = connection.download();
    statuses.computeIfAbsent(download.status(), _ -> new AtomicInteger()).incrementAndGet();
    if (connection.isRefused()) {
      return;
    }
    boolean whole = download.whole();
    if (!whole) {
      connection.reset();
    }
    int start = download.status() == 206 ? first : 0;
    byte[] right =
        Arrays.copyOfRange(offer.content, start, start + Math.toIntExact(download.bytes()));
    if (!Client.sha256(right).equals(download.sha256())) {
      wrong.add("%d bytes from %d of %s at %s".formatted(download.bytes(), start, offer.cid, edge));
    }
    taken.add(
        new Taken(offer.dataSet.id(), edge, from, System.nanoTime(), download.bytes(), whole));
  }

  /** The wrong bytes that they got. */
  List<String> wrong() {
    return List.copyOf(wrong);
  }

  /** Bytes that they took of a data set. */
  long bytes(DataSetId dataSet) {
    return of(dataSet).stream().mapToLong(Taken::bytes).sum();
  }

  /** The requests for a data set that they left before their end, or that ended before it. */
  long left(DataSetId dataSet) {
    return of(dataSet).stream().filter(each -> !each.whole).count();
  }

  /** The most bytes of a data set that could be in no journal when these edges were killed. */
  long unwritten(DataSetId dataSet, List<Lost> ends) {
    return of(dataSet).stream()
        .filter(
            each ->
                ends.stream()
                    .anyMatch(
                        end ->
                            end.edge() == each.edge
                                && each.from - end.at() < 0
                                && end.at() - each.to < UNWRITTEN_NANOS))
        .mapToLong(Taken::bytes)
        .sum();
  }

  private List<Taken> of(DataSetId dataSet) {
    return taken.stream().filter(each -> each.dataSet.equals(dataSet)).toList();
  }

  /** The outcome of their requests, for a person. */
  String summary() {
    List<String> parts = new ArrayList<>();
    statuses.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> parts.add("%d × %d".formatted(entry.getValue().get(), entry.getKey())));
    parts.add("%d without an answer".formatted(failed.get()));
    return String.join(", ", parts);
  }

  /** Has them go, and waits for the last. */
  @Override
  public void close() {
    over = true;
    threads.close();
    join(clients);
  }
}
