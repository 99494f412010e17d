package io.filcdn.retrieval.origin;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One answer of one provider, under way: from the first question, through redirects, to the last
 * byte. Confined to an event loop.
 */
final class OriginFetch {

  /** The statuses of a server that does not know a method (RFC 9110). */
  private static final Set<Integer> NO_METHOD = Set.of(405, 501);

  private final OriginClient.Tools tools;
  private final HostFetches hosts;
  private final Part asked;
  private final ByteRange wanted;
  private final HttpMethod method;
  private final OriginSink sink;

  /** The end of what is taken of the answer's part of the piece, and of that part. */
  private long end;

  private long partEnd;

  private long skip;
  private long received;
  private long came;
  private long cameBefore;
  private long timer;
  private boolean paused;

  /** True where the provider was asked to wait since its pace was looked at. */
  private boolean wasPaused;

  private boolean over;
  private Optional<Duration> retryAfter = Optional.empty();

  /** The host that it is connected to, and has a place at. */
  private @Nullable Prefix host;

  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;

  /**
   * The part that is asked for of what a provider has.
   *
   * @param piece that it is of
   * @param path below its service URL
   * @param size of all of it in bytes
   * @param method GET, or HEAD where it is only to be told whether the provider has it
   */
  record Part(
      Origin origin, PieceCid piece, String path, long size, ByteRange wanted, HttpMethod method) {

    /** A part of a piece, where Curio has it. */
    static Part ofPiece(Origin origin, PieceCid piece, ByteRange wanted) {
      return new Part(origin, piece, "piece/" + piece, piece.rawSize(), wanted, HttpMethod.GET);
    }

    /** A piece, of which no byte is wanted. */
    static Part probe(Origin origin, PieceCid piece) {
      long size = piece.rawSize();
      return new Part(
          origin, piece, "piece/" + piece, size, new ByteRange(0, size), HttpMethod.HEAD);
    }

    /** The tree of a piece, where a provider that has it would. */
    static Part ofTree(Origin origin, PieceCid piece) {
      int size = PieceTree.size(piece);
      ByteRange all = new ByteRange(0, size);
      return new Part(origin, piece, "piece/" + piece + "/tree", size, all, HttpMethod.GET);
    }
  }

  /**
   * @param hosts where it has a place while it is under way
   */
  OriginFetch(OriginClient.Tools tools, HostFetches hosts, Part part, OriginSink sink) {
    this.tools = tools;
    this.hosts = hosts;
    this.asked = part;
    this.wanted = part.wanted;
    this.method = part.method;
    this.sink = sink;
    // it waits for DNS, with others, and not yet for the provider
    this.timer = timer(Kind.BUSY, "no address of its host");
  }

  private long timer(Kind kind, String missing) {
    Duration patience = tools.rules().firstByte();
    return tools
        .vertx()
        .setTimer(patience.toMillis(), late -> fail(kind, missing + " within " + patience));
  }

  /** The provider's address is known: it has the time for an answer from now on. */
  void asks() {
    tools.vertx().cancelTimer(timer);
    timer = timer(Kind.TIMEOUT, "no answer");
  }

  Origin origin() {
    return asked.origin;
  }

  PieceCid piece() {
    return asked.piece;
  }

  HttpMethod method() {
    return method;
  }

  /** The path of what is asked for, below the provider's service URL. */
  String path() {
    return asked.path;
  }

  /** The value of the Range header that asks for the part; empty for all of it. */
  Optional<String> range() {
    if (wanted.end() < asked.size) {
      return Optional.of("bytes=" + wanted.start() + "-" + (wanted.end() - 1));
    }
    return wanted.start() > 0 ? Optional.of("bytes=" + wanted.start() + "-") : Optional.empty();
  }

  /** The bytes of the answer that are still to be read past, before those that are wanted. */
  long skips() {
    return skip;
  }

  /** The time for which the provider asked to be left alone, where it did. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Asks the provider to wait. */
  void pause() {
    if (response != null && !over && !paused) {
      paused = true;
      wasPaused = true;
      response.pause();
    }
  }

  /** Lets the provider go on. */
  void resume() {
    if (response != null && !over && paused) {
      paused = false;
      response.resume();
    }
  }

  /** Drops the provider; the sink hears no more of it. */
  void cancel() {
    stop("stopped");
  }

  private void stop(String result) {
    if (!over) {
      ended(result);
      over = true;
      leaveHost();
      tools.vertx().cancelTimer(timer);
      if (request != null) {
        request.reset();
      }
    }
  }

  void sending(HttpClientRequest sent) {
    request = sent;
    if (over) {
      sent.reset();
    }
  }

  /** The host that it is connected to; known once an answer has come. */
  Prefix host() {
    return Objects.requireNonNull(host);
  }

  /**
   * Takes a place at a host that was connected to, instead of one that it had elsewhere.
   *
   * @return whether it goes on; it has failed where the host has no place
   */
  boolean takesPlaceAt(Prefix connected) {
    leaveHost();
    if (over) {
      return false;
    }
    if (!hosts.begin(connected)) {
      fail(
          Kind.BUSY,
          "%d fetches are under way at its host %s"
              .formatted(tools.rules().connections(), connected));
      return false;
    }
    host = connected;
    return true;
  }

  private void leaveHost() {
    if (host != null) {
      hosts.end(host);
      host = null;
    }
  }

  private HttpClientRequest request() {
    return Objects.requireNonNull(request);
  }

  boolean isOver() {
    return over;
  }

  void receive(HttpClientResponse answer) {
    if (over) {
      return;
    }
    boolean knowsNoHead = method.equals(HttpMethod.HEAD) && NO_METHOD.contains(answer.statusCode());
    if (knowsNoHead) {
      fail(Kind.BUSY, "it answers no HEAD");
      return;
    }
    switch (AnswerHead.of(
        answer.statusCode(),
        answer.headers(),
        asked.size,
        wanted.start(),
        tools.clock().instant())) {
      case AnswerHead.Part part when method.equals(HttpMethod.HEAD) -> completed();
      case AnswerHead.Part(long start, long to) -> take(answer, start, to);
      case AnswerHead.Refused(Kind kind, String detail, Optional<Duration> wait) -> {
        retryAfter = wait;
        fail(kind, detail);
      }
    }
  }

  private void take(HttpClientResponse answer, long start, long to) {
    skip = wanted.start() - start;
    partEnd = to;
    end = Math.min(to, wanted.end());
    response = answer;
    answer.exceptionHandler(broken -> fail(Kind.FAILED, "the connection broke: " + broken));
    LongAdder traffic = tools.traffic().from(asked.origin.provider());
    answer.handler(
        bytes -> {
          traffic.add(bytes.length());
          take(bytes);
        });
    answer.endHandler(last -> end());
    tools.vertx().cancelTimer(timer);
    timer = tools.vertx().setPeriodic(tools.rules().stall().toMillis(), tick -> checkPace());
    sink.answered();
  }

  /** A provider that sends next to nothing is as good as one that sends nothing. */
  private void checkPace() {
    long least = tools.rules().leastBytes(asked.size);
    if (!wasPaused && came - cameBefore < least) {
      fail(
          Kind.TIMEOUT,
          "expected %d bytes within %s, found %d"
              .formatted(least, tools.rules().stall(), came - cameBefore));
    }
    cameBefore = came;
    wasPaused = paused;
  }

  private void take(Buffer bytes) {
    if (over) {
      return;
    }
    came += bytes.length();
    Buffer taken = bytes;
    if (skip > 0) {
      int skipped = (int) Math.min(skip, bytes.length());
      skip -= skipped;
      taken = bytes.slice(skipped, bytes.length());
    }
    long missing = end - wanted.start() - received;
    boolean tooMuch = taken.length() > missing;
    if (tooMuch) {
      taken = taken.slice(0, (int) missing);
    }
    received += taken.length();
    if (taken.length() > 0) {
      sink.arrived(taken);
    }
    if (end < partEnd && received == end - wanted.start()) {
      // it answers with more than it was asked for, as one that knows no ranges does
      request().reset();
      end();
    } else if (tooMuch) {
      fail(Kind.FAILED, "expected %d bytes, found more".formatted(end - wanted.start()));
    }
  }

  private void end() {
    if (over) {
      return;
    }
    if (received < end - wanted.start()) {
      fail(Kind.FAILED, "expected %d bytes, found %d".formatted(end - wanted.start(), received));
      return;
    }
    if (end < wanted.end()) {
      finish();
      sink.ranOut();
    } else {
      completed();
    }
  }

  private void completed() {
    finish();
    sink.completed();
  }

  /** A question brings nothing that could be counted. */
  private void ended(String result) {
    if (method.equals(HttpMethod.GET)) {
      tools.traffic().fetched(result);
    }
  }

  private void finish() {
    ended("completed");
    over = true;
    leaveHost();
    tools.vertx().cancelTimer(timer);
  }

  void fail(Kind kind, String detail) {
    if (!over) {
      stop(kind.label());
      sink.failed(new OriginFailure(asked.origin.provider(), kind, detail));
    }
  }
}
