package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillEdges.Part;
import io.filcdn.acceptance.DrillEdges.Way;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.acceptance.DrillTakings.Offer;
import io.filcdn.acceptance.DrillTakings.Outcome;
import io.filcdn.acceptance.DrillTakings.Request;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The clients of a drill: they ask either edge, with TLS or without, for pieces of several payers,
 * whole or in part, and take all of it, some of it or take their time.
 */
final class DrillClients implements AutoCloseable {

  private static final int CLIENTS = 10;
  private static final int FIRST_ADDRESS = 100;
  private static final int BALANCED_ADDRESS = 180;
  private static final int MOST_PAUSE_MILLIS = 150;
  private static final int QUIET_MILLIS = 4_000;
  private static final int PATIENT_MILLIS = 20_000;
  private static final int SOME = 64 * 1024;
  private static final int HERD = 40;

  /** The ways that they take, each as often as it stands here. */
  private static final List<Way> WAYS = List.of(Way.CLEAR, Way.CLEAR, Way.TLS, Way.TLS_HTTP_2);

  private final DrillEdges edges;
  private final AnotherEdge second;
  private final DrillTakings takings = new DrillTakings();
  private final List<Offer> offers = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> clients = new ArrayList<>();
  private volatile boolean over;

  /** The ways in which a client takes an answer. */
  private interface Taste {
    void take(Exchange exchange);
  }

  DrillClients(DrillEdges edges, AnotherEdge second) {
    this.edges = edges;
    this.second = second;
  }

  void offer(Offer offer) {
    offers.add(offer);
  }

  List<Offer> offers() {
    return List.copyOf(offers);
  }

  DrillTakings takings() {
    return takings;
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
    Way way = WAYS.get(random.nextInt(WAYS.size()));
    int size = offer.content().length;
    int first = random.nextInt(3) == 0 ? random.nextInt(size) : 0;
    int last = first == 0 ? size - 1 : Math.min(size - 1, first + random.nextInt(size));
    Part part = new Part(offer.dataSet(), offer.cid(), first, last);
    send(
        new Request(edge, way, offer, part, System.nanoTime()),
        address,
        exchange -> take(exchange, last + 1 - first, random, offer.patient()));
  }

  private static void take(Exchange exchange, int length, Random random, boolean patient) {
    switch (patient ? Integer.MAX_VALUE : random.nextInt(8)) {
      case 0 -> exchange.takeUntilQuiet(random.nextInt(length) + 1, QUIET_MILLIS);
      case 1 -> {
        for (int at = SOME; at < length && at < 8 * SOME; at += SOME) {
          exchange.takeUntilQuiet(at, QUIET_MILLIS);
          Connection.pause(random.nextInt(MOST_PAUSE_MILLIS));
        }
      }
      default -> exchange.takeUntilQuiet(Long.MAX_VALUE, QUIET_MILLIS);
    }
  }

  /** Takes all of a piece from an edge. */
  Outcome takeAll(Victim edge, Way way, int address, Offer offer) {
    return send(
        new Request(edge, way, offer, offer.whole(), System.nanoTime()),
        address,
        exchange -> exchange.takeUntilQuiet(Long.MAX_VALUE, PATIENT_MILLIS));
  }

  private Outcome send(Request request, int address, Taste taste) {
    Offer offer = request.offer();
    URI clear =
        request.edge() == Victim.SECOND
            ? second.url(offer.dataSet().payer(), offer.cid())
            : offer.dataSet().url(offer.cid());
    try (Exchange exchange =
        edges.open(
            request.edge(), request.way(), Connection.client(address), request.part(), clear)) {
      taste.take(exchange);
      if (!exchange.isAnswered()) {
        exchange.leave();
        return takings.unanswered(request);
      }
      Download got = exchange.download();
      if (!got.whole()) {
        exchange.leave();
      }
      return takings.note(request, got);
    } catch (UncheckedIOException e) {
      return e.getCause() instanceof ConnectException
          ? takings.unreached()
          : takings.unanswered(request);
    }
  }

  /**
   * Has clients behind a balancer fetch while something is done. Each keeps to one edge, and asks
   * the other one again where its own does not answer, or is about to stop.
   *
   * @return what one of them saw that was no retried request
   */
  List<String> seenWhile(List<Offer> warm, Runnable deed) {
    List<String> seen = new CopyOnWriteArrayList<>();
    List<Future<?>> balanced = new ArrayList<>();
    AtomicBoolean done = new AtomicBoolean();
    for (Way way : Way.values()) {
      for (Victim edge : DrillEdges.both()) {
        int address = BALANCED_ADDRESS + balanced.size();
        balanced.add(
            threads.submit(
                () -> {
                  for (int i = 0; !done.get(); i = (i + 1) % warm.size()) {
                    fetch(edge, way, address, warm.get(i)).ifPresent(seen::add);
                  }
                }));
      }
    }
    try {
      deed.run();
    } finally {
      done.set(true);
      join(balanced);
    }
    return seen;
  }

  private Optional<String> fetch(Victim edge, Way way, int address, Offer offer) {
    Outcome first = takeAll(edge, way, address, offer);
    Outcome last =
        first == Outcome.DRAINING || first == Outcome.UNANSWERED
            ? takeAll(DrillEdges.other(edge), way, address, offer)
            : first;
    return last == Outcome.WHOLE
        ? Optional.empty()
        : Optional.of("%s by %s of %s: %s, then %s".formatted(offer.cid(), way, edge, first, last));
  }

  /** Has them go, and waits for the last. */
  @Override
  public void close() {
    over = true;
    threads.close();
    join(clients);
  }
}
