package io.filcdn.retrieval.origin;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Attempts to connect to the addresses of one name (RFC 8305, Happy Eyeballs): the next one begins
 * when the one before has failed, or has taken a quarter of a second; the first that succeeds is
 * taken. Confined to an event loop.
 *
 * @param <T> what a success brings
 */
final class ConnectionRace<T> {

  /** The recommended delay of RFC 8305. */
  static final long ATTEMPT_DELAY_MILLIS = 250;

  private final Vertx vertx;
  private final List<InetAddress> addresses;
  private final Function<InetAddress, Future<T>> connect;
  private final Consumer<T> leave;
  private final Promise<T> taken = Promise.promise();
  private int begun;
  private int failed;
  private long timer = -1;

  /**
   * @param leave is told of what succeeded too late
   */
  ConnectionRace(
      Vertx vertx,
      List<InetAddress> addresses,
      Function<InetAddress, Future<T>> connect,
      Consumer<T> leave) {
    this.vertx = vertx;
    this.addresses = addresses;
    this.connect = connect;
    this.leave = leave;
  }

  /** Begins; what comes of it is that of the first success, or of the last failure. */
  Future<T> run() {
    attempt();
    return taken.future();
  }

  private void attempt() {
    vertx.cancelTimer(timer);
    if (begun == addresses.size() || taken.future().isComplete()) {
      return;
    }
    InetAddress address = addresses.get(begun++);
    if (begun < addresses.size()) {
      timer = vertx.setTimer(ATTEMPT_DELAY_MILLIS, late -> attempt());
    }
    begin(address).onComplete(this::ended);
  }

  private Future<T> begin(InetAddress address) {
    try {
      return connect.apply(address);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void ended(AsyncResult<T> attempt) {
    if (attempt.succeeded()) {
      if (taken.tryComplete(attempt.result())) {
        vertx.cancelTimer(timer);
      } else {
        leave.accept(attempt.result());
      }
      return;
    }
    failed++;
    if (failed == addresses.size()) {
      taken.tryFail(attempt.cause());
    } else {
      attempt();
    }
  }
}
