package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many clients at once, each of which is to be served, to the byte. */
final class CrowdCases {

  static final String METHOD =
      "crowds: each client looks at its bytes; the reference is that all of them get the right ones";

  private static final int IDLE = 10_000;
  private static final int SLOW = 5_000;
  private static final int HERD = 2_000;

  /** The clients of the herd that take the whole piece; the others take a part. */
  private static final int WHOLE = 20;

  private static final int PART = 1 << 20;
  private static final int SLOW_BYTES = 256 << 10;
  private static final long SLOW_PAUSE_MILLIS = 1_000;
  private static final int USUAL_BUFFER = 64 << 10;
  private static final int SMALL_BUFFER = 4 << 10;

  private final SlowOrigin origin;
  private final Contender edge;
  private final PieceCid small;
  private final PieceCid held;
  private final PieceCid cold;

  /** The part of one client of a crowd. */
  private interface Deed {
    boolean isServed(int number) throws IOException;
  }

  /**
   * @param small a small piece, and {@code held} a large one, that the edge has
   * @param cold a large one that it does not have
   */
  CrowdCases(SlowOrigin origin, Contender edge, PieceCid small, PieceCid held, PieceCid cold) {
    this.origin = origin;
    this.edge = edge;
    this.small = small;
    this.held = held;
    this.cold = cold;
  }

  List<Case> run() {
    List<Case> cases = new ArrayList<>();
    cases.add(served("10,000 open connections, each served again once all are open", idle()));
    cases.add(served("5,000 slow readers", crowd(SLOW, this::isServedSlowly)));
    long before = origin.sent();
    cases.add(served("2,000 at once on a cold piece of 256 MiB", crowd(HERD, this::isServedCold)));
    cases.add(
        new Case(
            "bytes that its provider sent for them",
            origin.sent() - before,
            "bytes",
            cold.rawSize(),
            Case.Better.LESS));
    return cases;
  }

  private static Case served(String name, List<Boolean> clients) {
    long served = clients.stream().filter(each -> each).count();
    System.out.printf("%s: %d of %d%n", name, served, clients.size());
    return new Case(name, served, "clients", clients.size(), Case.Better.MORE);
  }

  private List<Boolean> idle() {
    List<LoadClient> open = new ArrayList<>();
    try {
      for (int i = 0; i < IDLE; i++) {
        open.add(new LoadClient(edge, i, SMALL_BUFFER));
        // who asks for nothing is sent away
        isServed(open.getLast());
      }
      List<Boolean> served = new ArrayList<>();
      for (LoadClient client : open) {
        served.add(isServed(client));
      }
      return served;
    } catch (IOException e) {
      throw new BenchFailure(
          "expected %d connections, found %d: %s".formatted(IDLE, open.size(), e.getMessage()), e);
    } finally {
      open.forEach(CrowdCases::close);
    }
  }

  private boolean isServed(LoadClient client) throws IOException {
    client.ask(small, 0, small.rawSize());
    return client.takes(small, 0, small.rawSize(), small.rawSize(), 0);
  }

  private static void close(LoadClient client) {
    try {
      client.close();
    } catch (IOException e) {
      throw new BenchFailure("a connection cannot be closed", e);
    }
  }

  private boolean isServedSlowly(int number) throws IOException {
    try (LoadClient client = new LoadClient(edge, number, SMALL_BUFFER)) {
      client.ask(held, 0, held.rawSize());
      return client.takes(held, 0, held.rawSize(), SLOW_BYTES, SLOW_PAUSE_MILLIS);
    }
  }

  private boolean isServedCold(int number) throws IOException {
    long size = cold.rawSize();
    long first = number < WHOLE ? 0 : new Random(number).nextLong(size - PART);
    long end = number < WHOLE ? size : first + PART;
    try (LoadClient client = new LoadClient(edge, number, USUAL_BUFFER)) {
      client.ask(cold, first, end);
      return client.takes(cold, first, end, end - first, 0);
    }
  }

  private static List<Boolean> crowd(int clients, Deed deed) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int number = i;
        all.add(threads.submit(() -> deed.isServed(number)));
      }
      return all.stream().map(CrowdCases::outcome).toList();
    }
  }

  private static boolean outcome(Future<Boolean> client) {
    try {
      return client.get();
    } catch (ExecutionException e) {
      System.out.printf("a client fails: %s%n", e.getCause());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }
}
