package io.filcdn.metrics.intake;

import io.filcdn.common.egress.JournalId;
import io.filcdn.service.paging.Page;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** The place of a gap in the list of all, of which the longest known is the first. */
public record GapPlace(Instant since, JournalPartition lane) implements Comparable<GapPlace> {

  /** The place before all gaps. */
  public static final GapPlace START =
      new GapPlace(Instant.EPOCH, new JournalPartition(new JournalId(new UUID(0, 0)), 0));

  /** As the database sorts them: UUIDs by their texts. */
  private static final Comparator<GapPlace> ORDER =
      Comparator.comparing(GapPlace::since)
          .thenComparing(place -> place.lane.journal().uuid().toString())
          .thenComparingInt(place -> place.lane.partition());

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static GapPlace of(String text) {
    List<String> parts = Page.parts(text, 3);
    return new GapPlace(
        Page.time(parts.get(0)),
        new JournalPartition(
            new JournalId(Page.uuid(parts.get(1))),
            Math.clamp(Page.number(parts.get(2)), 0, Integer.MAX_VALUE)));
  }

  @Override
  public int compareTo(GapPlace other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%s,%s,%d".formatted(since, lane.journal().uuid(), lane.partition());
  }
}
