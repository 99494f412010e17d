package io.filcdn.stack;

import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.stack.demo.DemoPiece;
import io.filcdn.stack.run.Await;
import io.filcdn.stack.run.Console;
import io.filcdn.stack.run.DataFolder;
import io.filcdn.stack.run.Http;
import io.filcdn.stack.run.StackFailure;
import io.filcdn.stack.run.StackProcesses;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Waits until what was started does its work, and says why where it does not. */
final class Readiness {

  private static final Duration SERVICES_LIMIT = Duration.ofMinutes(2);
  private static final Duration FETCH_LIMIT = Duration.ofMinutes(2);

  private final DataFolder data;
  private final StackProcesses processes;
  private final Console console;
  private final Http http;

  Readiness(DataFolder data, StackProcesses processes, Console console, Http http) {
    this.data = data;
    this.processes = processes;
    this.console = console;
    this.http = http;
  }

  /** Waits until all services are ready; they start side by side. */
  void await(List<Service> services) {
    Instant started = console.now();
    Set<Service> pending = new HashSet<>(services);
    boolean ready =
        Await.until(
            SERVICES_LIMIT,
            () -> {
              services.forEach(this::requireRunning);
              for (Service service : Set.copyOf(pending)) {
                if (service.isReady(http)) {
                  pending.remove(service);
                  console.done(service.name(), started);
                }
              }
              return pending.isEmpty();
            });
    if (!ready) {
      Service first = pending.iterator().next();
      throw new StackFailure(
          "%s is not ready after %d s: %s; its log is %s"
              .formatted(
                  first.name(),
                  SERVICES_LIMIT.toSeconds(),
                  first.missing(http),
                  data.log(first.name())));
    }
  }

  private void requireRunning(Service service) {
    if (processes.running(service.name()).isEmpty()) {
      throw new StackFailure(
          "%s ended while it started: %s; its log is %s"
              .formatted(
                  service.name(),
                  data.lastLines(service.name(), 1).stream().findFirst().orElse("without a word"),
                  data.log(service.name())));
    }
  }

  /** Waits until the edge serves each of the demo's pieces. */
  void awaitFetchable(StackFile stack, Demo demo) throws Exception {
    console.step(
        "pieces to be fetched",
        () -> {
          for (DemoPiece piece : demo.content().pieces()) {
            awaitFetchable(http, stack, Demo.PAYER, piece.cid());
          }
          return true;
        });
  }

  /** Waits until the edge serves a piece. */
  static void awaitFetchable(Http http, StackFile stack, Address payer, PieceCid cid) {
    if (!Await.until(FETCH_LIMIT, () -> fetchable(http, stack, payer, cid))) {
      Optional<Integer> last = http.head(plain(stack, cid), host(stack, payer, cid));
      throw new StackFailure(
          "%s cannot be fetched after %d s: expected status 200, found %s"
              .formatted(
                  stack.url(payer, cid),
                  FETCH_LIMIT.toSeconds(),
                  last.map(Object::toString).orElse("no answer")));
    }
  }

  /** Whether the edge serves a piece right now. */
  static boolean fetchable(Http http, StackFile stack, Address payer, PieceCid cid) {
    return http.head(plain(stack, cid), host(stack, payer, cid))
        .filter(status -> status == 200)
        .isPresent();
  }

  private static String plain(StackFile stack, PieceCid cid) {
    return stack.service("retrieval") + "/" + cid;
  }

  private static String host(StackFile stack, Address payer, PieceCid cid) {
    return URI.create(stack.url(payer, cid)).getAuthority();
  }
}
