package io.filcdn.retrieval.stores;

import io.filcdn.common.egress.JournalId;
import io.filcdn.retrieval.access.AccessReplica;
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
public record Stores(
    DiskReserve reserve,
    IndexReplica replica,
    AccessReplica access,
    Denylist denylist,
    TreeStore trees,
    Journal journal,
    JournalId run) {

  private static final Logger LOG = Logger.getLogger(Stores.class);

  /**
   * The place of the stores, and their bounds.
   *
   * @param data the folder that holds all of them
   * @param reserveBytes the size of the reserve; 0 for none
   * @param edge the name of the edge, which the journal's records carry
   * @param maxTreeBytes the trees of pieces from which on no more are kept
   * @param maxJournalRecords unsent records from which on the journal takes no more
   */
  public record Rules(
      Path data, long reserveBytes, String edge, long maxTreeBytes, long maxJournalRecords) {}

  /** A failure: the data folder cannot be used now; it may be later. */
  public static final class UnusableException extends RuntimeException {

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
  public static Stores open(Rules rules) {
    DiskReserve reserve = new DiskReserve(rules.data().resolve("reserve"), rules.reserveBytes());
    try {
      return openAll(rules, reserve);
    } catch (UnusableException e) {
      if (reserve.release() == 0) {
        throw e;
      }
      LOG.errorf("%s; it is tried again without the reserve", e.getMessage());
      return openAll(rules, reserve);
    }
  }

  private static Stores openAll(Rules rules, DiskReserve reserve) {
    Path data = rules.data();
    JournalId run = new JournalId(UUID.randomUUID());
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      IndexReplica replica =
          opened(opened, () -> IndexReplica.open(createdFolder(data.resolve("replica"))));
      AccessReplica access =
          opened(opened, () -> AccessReplica.open(createdFolder(data.resolve("access"))));
      Denylist denylist =
          opened(opened, () -> Denylist.open(createdFolder(data.resolve("denylist"))));
      TreeStore trees =
          opened(
              opened,
              () -> TreeStore.open(createdFolder(data.resolve("trees")), rules.maxTreeBytes()));
      Journal journal =
          Journal.open(
              createdFolder(data.resolve("journal")), run, rules.edge(), rules.maxJournalRecords());
      return new Stores(reserve, replica, access, denylist, trees, journal, run);
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
