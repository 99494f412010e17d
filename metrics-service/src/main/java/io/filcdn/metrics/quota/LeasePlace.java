package io.filcdn.metrics.quota;

import io.filcdn.common.egress.JournalId;
import io.filcdn.service.paging.Page;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The place of a journal in the list of those that lease, the longest unheard first. */
public record LeasePlace(Instant expiresAt, JournalId journal) {

  /** The place before all journals. */
  public static final LeasePlace START =
      new LeasePlace(Instant.EPOCH, new JournalId(new UUID(0, 0)));

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static LeasePlace of(String text) {
    List<String> parts = Page.parts(text, 2);
    return new LeasePlace(Page.time(parts.get(0)), new JournalId(Page.uuid(parts.get(1))));
  }

  @Override
  public String toString() {
    return "%s,%s".formatted(expiresAt, journal.uuid());
  }
}
