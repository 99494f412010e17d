package io.filcdn.stack;

import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.stack.demo.DemoPiece;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.StackProcesses;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The progress of services and pieces towards being ready; looked at again and again. */
final class Readiness {

  private static final int OK = 200;

  /** Processor time that is no progress yet. */
  private static final Duration IDLE = Duration.ofMillis(250);

  private final StackProcesses processes;
  private final Console console;
  private final Http http;
  private final List<Service> services;
  private final StackFile stack;
  private final List<DemoPiece> pieces;
  private final Optional<SignedDemo> signed;
  private final Instant begun;

  /** Of those that are not ready, in the order of starting. */
  private final Map<Service, Service.Health> pending = new LinkedHashMap<>();

  /** Statuses of those that are not served yet. */
  private Map<DemoPiece, Integer> unserved = Map.of();

  private boolean reached;

  /**
   * @param pieces which the edge is to serve
   * @param signed from which it is to serve those alone who have a signed URL
   */
  Readiness(
      StackProcesses processes,
      Console console,
      Http http,
      List<Service> services,
      StackFile stack,
      List<DemoPiece> pieces,
      Optional<SignedDemo> signed) {
    this.processes = processes;
    this.console = console;
    this.http = http;
    this.services = List.copyOf(services);
    this.stack = stack;
    this.pieces = List.copyOf(pieces);
    this.signed = signed;
    this.begun = console.now();
    services.forEach(service -> pending.put(service, new Service.Health(false, false, "")));
  }

  /** True where all were ready once; says so of each. */
  boolean isReached() {
    if (!reached) {
      services.stream().filter(pending::containsKey).toList().forEach(this::look);
      reached = pending.isEmpty() && isClosed() && areServed();
    }
    return reached;
  }

  private boolean isClosed() {
    return signed.isEmpty() || signed.get().isReached(http, stack);
  }

  private void look(Service service) {
    Service.Health health = service.health(http);
    if (health.ready()) {
      pending.remove(service);
      console.done(service.name(), begun);
    } else {
      pending.put(service, health);
    }
  }

  private boolean areServed() {
    Map<DemoPiece, Integer> missing = new HashMap<>();
    for (DemoPiece piece : pieces) {
      int status = status(http, stack, Demo.PAYER, piece.cid()).orElse(0);
      if (status != OK) {
        missing.put(piece, status);
      }
    }
    unserved = missing;
    if (missing.isEmpty() && !pieces.isEmpty()) {
      console.done("pieces to be fetched", begun);
    }
    return missing.isEmpty();
  }

  /**
   * The signs that change while there is progress: what services say they lack, the work of those
   * that say nothing yet, and which pieces are served.
   */
  List<Object> signs() {
    List<Object> waiting =
        pending.entrySet().stream()
            .map(entry -> sign(entry.getKey(), entry.getValue()))
            .collect(Collectors.toList());
    waiting.add(unserved);
    return waiting;
  }

  private Object sign(Service service, Service.Health health) {
    return health.answers()
        ? health.missing()
        : processes
            .running(service.name())
            .flatMap(process -> process.info().totalCpuDuration())
            .map(work -> work.dividedBy(IDLE))
            .orElse(0L);
  }

  /** The list of what is missing, for a person. */
  String missing() {
    if (!pending.isEmpty()) {
      return pending.entrySet().stream()
          .map(entry -> "%s (%s)".formatted(entry.getKey().name(), entry.getValue().missing()))
          .collect(Collectors.joining(", "));
    }
    if (unserved.isEmpty()) {
      return signed.map(SignedDemo::missing).orElse("");
    }
    return unserved.entrySet().stream()
        .map(
            entry ->
                "%s (expected status 200, found %s)"
                    .formatted(
                        stack.url(Demo.PAYER, entry.getKey().cid()),
                        entry.getValue() == 0 ? "no answer" : entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** True where the edge serves a piece right now. */
  static boolean fetchable(Http http, StackFile stack, Address payer, PieceCid cid) {
    return status(http, stack, payer, cid).filter(status -> status == OK).isPresent();
  }

  /** The edge's answer for a piece; empty for no answer. */
  static Optional<Integer> status(Http http, StackFile stack, Address payer, PieceCid cid) {
    return http.head(stack.url(payer, cid));
  }
}
