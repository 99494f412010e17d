package io.filcdn.retrieval;

import io.filcdn.common.egress.JournalId;
import io.filcdn.retrieval.admission.Denylist;
import io.filcdn.retrieval.admission.IndexReplica;
import io.filcdn.retrieval.tree.TreeStore;
import io.filcdn.retrieval.usage.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The stores that an edge keeps on disk and does not serve without.
 *
 * @param run the journal that this run writes
 */
record Stores(
    DiskReserve reserve,
    IndexReplica replica,
    Denylist denylist,
    TreeStore trees,
    Journal journal,
    JournalId run) {

  private static final Logger LOG = Logger.getLogger(Stores.class);

  /** A failure: the data folder cannot be used now; it may be later. */
  static final class UnusableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    UnusableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Opens what lies in the data folder; on a full disk with the help of the reserve.
   *
   * @throws UnusableException where it cannot be opened, with nothing left open
   */
  static Stores open(RetrievalConfig.Edge config) {
    DiskReserve reserve =
        new DiskReserve(config.data().resolve("reserve"), config.diskReserve().asLongValue());
    try {
      return openAll(config, reserve);
    } catch (UnusableException e) {
      if (reserve.release() == 0) {
        throw e;
      }
      LOG.errorf("%s; it is tried again without the reserve", e.getMessage());
      return openAll(config, reserve);
    }
  }

  private static Stores openAll(RetrievalConfig.Edge config, DiskReserve reserve) {
    Path data = config.data();
    JournalId run = new JournalId(UUID.randomUUID());
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      IndexReplica replica =
          opened(opened, () -> IndexReplica.open(createdFolder(data.resolve("replica"))));
      Denylist denylist =
          opened(opened, () -> Denylist.open(createdFolder(data.resolve("denylist"))));
      TreeStore trees = opened(opened, () -> TreeStore.open(createdFolder(data.resolve("trees"))));
      Journal journal =
          Journal.open(
              createdFolder(data.resolve("journal")),
              run,
              config.name(),
              config.usage().maxJournalRecords());
      return new Stores(reserve, replica, denylist, trees, journal, run);
    } catch (IllegalStateException | UncheckedIOException e) {
      opened.forEach(Stores::closeQuietly);
      throw new UnusableException(
          "%s: %s".formatted(e.getMessage(), e.getCause() == null ? e : e.getCause()), e);
    }
  }

  private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> all, Supplier<T> open) {
    T store = open.get();
    all.push(store);
    return store;
  }

  private static void closeQuietly(AutoCloseable store) {
    try {
      store.close();
    } catch (Exception e) {
      LOG.warnf("a store cannot be closed: %s", e);
    }
  }

  private static Path createdFolder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + folder + " cannot be made", e);
    }
  }
}
