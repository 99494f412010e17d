package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.egress.EgressRow;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/**
 * The flush of what was counted into the journal. Rows that the journal refuses are kept and tried
 * again with the next flush; until then no new response may start.
 */
public final class UsageFlush {

  private static final Logger LOG = Logger.getLogger(UsageFlush.class);

  private final EgressMeter meter;
  private final Journal journal;
  private final IntSupplier partitions;
  private final Clock clock;

  @GuardedBy("this")
  private List<EgressRow> refused = List.of();

  @GuardedBy("this")
  private Instant begun;

  private volatile boolean failing;

  /**
   * @param partitions how many partitions {@code filcdn.egress} has, as far as is known
   */
  public UsageFlush(EgressMeter meter, Journal journal, IntSupplier partitions, Clock clock) {
    this.meter = meter;
    this.journal = journal;
    this.partitions = partitions;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** True where what is served now can be recorded. */
  public boolean canRecord() {
    return !failing && !journal.full();
  }

  /** True where the disk takes what the journal writes. */
  public boolean isWritten() {
    return !failing;
  }

  /** Writes what was counted since the last flush. */
  public synchronized void flush() {
    List<EgressRow> rows = new ArrayList<>(refused);
    rows.addAll(meter.take());
    Instant now = clock.instant();
    if (rows.isEmpty()) {
      begun = now;
      failing = false;
      return;
    }
    refused = rows;
    try {
      journal.append(rows, partitions.getAsInt(), begun, now);
      refused = List.of();
      journal.traces().addAll(meter.traces().take());
      begun = now;
      failing = false;
    } catch (IllegalStateException e) {
      failing = true;
      LOG.errorf(
          e, "the journal refuses %d rows: no response starts until it takes them", rows.size());
    }
  }
}
