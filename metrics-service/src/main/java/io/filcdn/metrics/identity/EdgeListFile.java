package io.filcdn.metrics.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The list of edges as a file that the operator changes while the service runs: who asks for it
 * gets it as it was at most a second ago. A list that cannot be read changes nothing: the last good
 * one stays, and {@link #isBroken} tells of it.
 */
public final class EdgeListFile {

  private static final Logger LOG = Logger.getLogger(EdgeListFile.class);
  private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Optional<Path> file;
  private final LongSupplier nanoTime;
  private volatile Seen seen;

  /** The file as it was at a moment of {@link #nanoTime}, and the last good list that it held. */
  private record Seen(long at, Optional<String> text, EdgeList list, Optional<String> trouble) {}

  /**
   * @param file without one there is no edge
   * @throws IllegalArgumentException where it cannot be read
   */
  public EdgeListFile(Optional<Path> file, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
    this.seen = look(new Seen(0, Optional.empty(), EdgeList.NONE, Optional.empty()));
    if (seen.trouble.isPresent()) {
      throw new IllegalArgumentException(seen.trouble.get());
    }
  }

  /** The list. */
  public EdgeList current() {
    if (isDue()) {
      synchronized (this) {
        if (isDue()) {
          seen = look(seen);
        }
      }
    }
    return seen.list;
  }

  /** True where the file cannot be read. */
  public boolean isBroken() {
    return seen.trouble.isPresent();
  }

  private boolean isDue() {
    return nanoTime.getAsLong() - seen.at >= LOOK_EVERY_NANOS;
  }

  private Seen look(Seen last) {
    long now = nanoTime.getAsLong();
    if (file.isEmpty()) {
      return new Seen(now, last.text, last.list, Optional.empty());
    }
    try {
      Optional<String> text = Optional.of(Files.readString(file.get()));
      if (text.equals(last.text)) {
        return new Seen(now, text, last.list, Optional.empty());
      }
      EdgeList list = EdgeList.read(text.get());
      LOG.infof("the list of edges in %s was read", file.get());
      return new Seen(now, text, list, Optional.empty());
    } catch (IOException | IllegalArgumentException e) {
      Optional<String> trouble =
          Optional.of("the list of edges in %s cannot be read: %s".formatted(file.get(), e));
      if (!trouble.equals(last.trouble)) {
        LOG.error(trouble.get());
      }
      return new Seen(now, last.text, last.list, trouble);
    }
  }
}
