package io.filcdn.retrieval.access;

import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The threads on which signatures are verified, so few that a flood of tokens which are not good
 * leaves the other processors to who shows good ones. What waits is bounded by the requests that
 * may be under way.
 *
 * @param executor their pool
 */
public record SignatureWorkers(WorkerExecutor executor) implements PolicyCheck.Signatures {

  private static final Logger LOG = Logger.getLogger(SignatureWorkers.class);

  @Override
  public <T> void verify(Supplier<T> work, Consumer<Optional<T>> then) {
    executor
        .executeBlocking(work::get, false)
        .onComplete(
            done -> {
              if (done.failed()) {
                LOG.error("a signature is not verified", done.cause());
              }
              then.accept(Optional.ofNullable(done.result()));
            });
  }
}
