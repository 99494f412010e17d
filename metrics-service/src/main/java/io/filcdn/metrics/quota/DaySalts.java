package io.filcdn.metrics.quota;

import io.filcdn.common.lease.CapSalt;
import io.filcdn.service.database.Database;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of buckets that edges need, of today and tomorrow: read from the table once a day. Safe
 * for use by several threads.
 */
final class DaySalts {

  private final Database database;
  private final PostgresCaps caps = new PostgresCaps();
  private final SecureRandom random = new SecureRandom();
  private volatile @Nullable List<CapSalt> known;

  DaySalts(Database database) {
    this.database = database;
  }

  /** Those of the day that it is, and of the next. */
  List<CapSalt> of(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    List<CapSalt> last = known;
    if (last != null && last.getFirst().day().equals(today)) {
      return last;
    }
    List<CapSalt> found =
        database.call(
            connection ->
                List.of(
                    caps.salt(connection, CapSalt.random(today, random)),
                    caps.salt(connection, CapSalt.random(today.plusDays(1), random))));
    known = found;
    return found;
  }
}
