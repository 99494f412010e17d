package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillEdges.Part;
import io.filcdn.acceptance.DrillEdges.Way;
import io.filcdn.acceptance.DrillHarm.Lost;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** What the clients of a drill got: each answer is looked at, to the byte. */
final class DrillTakings {

  /** An edge writes its counts each second, and may be late. */
  private static final long UNWRITTEN_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** The bytes that TLS or a buffer of the client's has ready to be read. */
  private static final long READY = 16 * 1024;

  private final Queue<Taken> taken = new ConcurrentLinkedQueue<>();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();

  /**
   * A piece that can be asked for.
   *
   * @param since when, by {@link System#nanoTime}
   * @param patient whether its clients take all that they ask for
   */
  record Offer(TestDataSet dataSet, PieceCid cid, byte[] content, long since, boolean patient) {

    Part whole() {
      return new Part(dataSet, cid, 0, content.length - 1);
    }
  }

  /** A request that was sent at {@code from}, by {@link System#nanoTime}. */
  record Request(Victim edge, Way way, Offer offer, Part part, long from) {}

  /** The outcome of a request. */
  enum Outcome {
    WHOLE,
    /** The client left, or the answer ended before its end. */
    PARTIAL,
    REFUSED,
    /** The edge is about to stop: its balancer asks another one. */
    DRAINING,
    UNANSWERED
  }

  /**
   * An answer of which something was taken, or for which its client did not wait.
   *
   * @param length of all of it
   */
  private record Taken(Request request, long to, long bytes, long length, boolean whole) {

    /** The bytes that can be billed beside those that were taken. */
    long unread() {
      return whole ? 0 : Math.min(length - bytes, mostUnread());
    }

    private long mostUnread() {
      long most = SocketBuffers.mostBilledUnread() + READY;
      return request.way == Way.TLS_HTTP_2 ? most + Http2Exchange.WINDOW : most;
    }
  }

  /** An answer that was no part of a piece. */
  record Refusal(Request request, int status, String code) {

    String text() {
      return "%d %s".formatted(status, code);
    }
  }

  /** Notes that no edge was there to be asked. */
  Outcome unreached() {
    count("no edge");
    return Outcome.UNANSWERED;
  }

  /** Notes that a client has left one that was not answered. */
  Outcome unanswered(Request request) {
    count("no answer");
    taken.add(new Taken(request, System.nanoTime(), 0, length(request.part), false));
    return Outcome.UNANSWERED;
  }

  private static long length(Part part) {
    return part.last() + 1L - part.first();
  }

  /** Notes what a client got. */
  Outcome note(Request request, Download got) {
    if (got.status() / 100 != 2) {
      String code = got.header("x-error-code").orElse("");
      Refusal refusal = new Refusal(request, got.status(), code);
      count(refusal.text());
      refusals.add(refusal);
      return code.equals("draining") ? Outcome.DRAINING : Outcome.REFUSED;
    }
    count("%d %s %s".formatted(got.status(), request.way, got.whole() ? "whole" : "in part"));
    look(request, got);
    taken.add(
        new Taken(request, System.nanoTime(), got.bytes(), length(request.part), got.whole()));
    return got.whole() ? Outcome.WHOLE : Outcome.PARTIAL;
  }

  private void count(String outcome) {
    outcomes.computeIfAbsent(outcome, _ -> new AtomicInteger()).incrementAndGet();
  }

  private void look(Request request, Download got) {
    Part part = request.part;
    int size = request.offer.content.length;
    boolean isRange = part.first() > 0;
    String range = "bytes %d-%d/%d".formatted(part.first(), part.last(), size);
    int end = (int) Math.min(size, part.first() + got.bytes());
    byte[] right = Arrays.copyOfRange(request.offer.content, part.first(), end);
    if (got.status() != (isRange ? 206 : 200)
        || !got.header("content-length").orElse("").equals("" + length(part))
        || !got.header("content-range").orElse("").equals(isRange ? range : "")
        || right.length != got.bytes()
        || !Client.sha256(right).equals(got.sha256())) {
      wrong.add("of %s, %s: %s".formatted(request, range, got));
    }
  }

  /** The wrong answers that they got. */
  List<String> wrong() {
    return List.copyOf(wrong);
  }

  List<Refusal> refusals() {
    return List.copyOf(refusals);
  }

  /** Bytes that they took of a data set. */
  long bytes(DataSetId dataSet) {
    return sum(dataSet, _ -> true);
  }

  /** Bytes of answers that they took to the end: all of them were verified, and are billed. */
  long wholeBytes(DataSetId dataSet) {
    return sum(dataSet, Taken::whole);
  }

  /** The most bytes of a data set that can be billed though nobody took them. */
  long unread(DataSetId dataSet) {
    return taken.stream()
        .filter(each -> each.request.offer.dataSet().id().equals(dataSet))
        .mapToLong(Taken::unread)
        .sum();
  }

  /** The most bytes of a data set that could be in no journal when these edges were killed. */
  long unwritten(DataSetId dataSet, Collection<Lost> ends) {
    return sum(dataSet, each -> ends.stream().anyMatch(end -> isUnwritten(each, end)));
  }

  private static boolean isUnwritten(Taken taken, Lost end) {
    return end.edge() == taken.request.edge
        && taken.request.from - end.at() < 0
        && end.at() - taken.to < UNWRITTEN_NANOS;
  }

  private long sum(DataSetId dataSet, Predicate<Taken> which) {
    return taken.stream()
        .filter(each -> each.request.offer.dataSet().id().equals(dataSet))
        .filter(which)
        .mapToLong(Taken::bytes)
        .sum();
  }

  /** How often what came of a request. */
  Map<String, Integer> outcomes() {
    Map<String, Integer> all = new TreeMap<>();
    outcomes.forEach((outcome, times) -> all.put(outcome, times.get()));
    return all;
  }

  /** The same, for a person. */
  String summary() {
    List<String> parts = new ArrayList<>();
    outcomes().forEach((outcome, times) -> parts.add("%d × %s".formatted(times, outcome)));
    return String.join(", ", parts);
  }
}
