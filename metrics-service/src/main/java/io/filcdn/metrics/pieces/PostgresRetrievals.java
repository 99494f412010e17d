package io.filcdn.metrics.pieces;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tables of what is told of single retrievals; each method works in the caller's transaction.
 * For analytics only: a record that comes again counts again.
 */
public final class PostgresRetrievals {

  /** The scope of all retrievals. */
  public static final String ALL = "all";

  private static final int LONGEST_PIECE = 200;

  private static final String ADD_LATENCY =
      """
      insert into latency as l (scope, bucket, slot, retrievals)
      select scope, to_timestamp(hour), slot, retrievals
      from unnest(?, ?, ?, ?) as told (scope, hour, slot, retrievals) order by 1, 2, 3
      on conflict (scope, bucket, slot) do update set
        retrievals = l.retrievals + excluded.retrievals
      """;

  private static final String ADD_PIECES =
      """
      insert into piece_day as p (day, piece, retrievals, egress_bytes)
      select date '1970-01-01' + day, piece, retrievals, bytes
      from unnest(?, ?, ?, ?) as told (day, piece, retrievals, bytes) order by 1, 2
      on conflict (day, piece) do update set
        retrievals = p.retrievals + excluded.retrievals,
        egress_bytes = capped(p.egress_bytes::numeric + excluded.egress_bytes)
      """;

  private static final String LATENCY =
      """
      select slot, sum(retrievals)::bigint from latency where scope = ? and bucket >= ?
      group by slot order by slot
      """;

  private static final String TOP =
      """
      select piece, capped(sum(egress_bytes)), capped(sum(retrievals))
      from piece_day where day >= ? group by piece order by 2 desc, 1 limit ?
      """;

  private static final String FORGET_PIECES =
      """
      delete from piece_day p using (
        select day, piece, row_number() over (partition by day order by egress_bytes desc) as rank
        from piece_day where day < ?) ranked
      where p.day = ranked.day and p.piece = ranked.piece
        and (ranked.rank > ? or p.day < ?)
      """;

  private record Slot(String scope, long hour, int slot) {}

  private record PieceDay(int day, String piece) {}

  /** A piece that was retrieved much. */
  public record RankedPiece(String piece, long egressBytes, long retrievals) {}

  /** Counts retrievals; 2⁶³ − 1 stands for more bytes than that. */
  public void add(Connection connection, List<RetrievalRecord> records, Instant now)
      throws SQLException {
    Map<Slot, Long> slots = new HashMap<>();
    Map<PieceDay, long[]> pieces = new HashMap<>();
    for (RetrievalRecord record : records) {
      Instant at = at(record, now);
      long weight = weight(record);
      record.ttfbMicros().ifPresent(micros -> count(slots, record, at, micros, weight));
      String piece = record.pieceCid();
      PieceDay day =
          new PieceDay(
              Math.toIntExact(at.atOffset(ZoneOffset.UTC).toLocalDate().toEpochDay()),
              piece.length() > LONGEST_PIECE ? piece.substring(0, LONGEST_PIECE) : piece);
      if (record.status() < 300) {
        long[] sums = pieces.computeIfAbsent(day, _ -> new long[2]);
        sums[0] += weight;
        long bytes = record.bytes().bytes();
        sums[1] =
            bytes > (Long.MAX_VALUE - sums[1]) / weight ? Long.MAX_VALUE : sums[1] + bytes * weight;
      }
    }
    store(connection, slots, pieces);
  }

  /** The time of a retrieval: whatever the clock of its edge says, within what tables can hold. */
  static Instant at(RetrievalRecord record, Instant now) {
    Instant told = record.at().isAfter(now) ? now : record.at();
    return told.isBefore(Instant.EPOCH) ? Instant.EPOCH : told;
  }

  /** The number of retrievals that a record may stand for. */
  static long weight(RetrievalRecord record) {
    return Math.clamp(record.weight(), 1, 1_000_000);
  }

  private static void count(
      Map<Slot, Long> slots, RetrievalRecord record, Instant at, long micros, long weight) {
    long hour = at.truncatedTo(ChronoUnit.HOURS).getEpochSecond();
    int slot = LatencyScale.slotOf(micros);
    slots.merge(new Slot(ALL, hour, slot), weight, Long::sum);
    record
        .provider()
        .ifPresent(p -> slots.merge(new Slot(p.toString(), hour, slot), weight, Long::sum));
  }

  private static void store(
      Connection connection, Map<Slot, Long> slots, Map<PieceDay, long[]> pieces)
      throws SQLException {
    if (!slots.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(ADD_LATENCY)) {
        Columns.of(statement, List.copyOf(slots.entrySet()))
            .text(slot -> slot.getKey().scope())
            .bigint(slot -> slot.getKey().hour())
            .integer(slot -> slot.getKey().slot())
            .bigint(Map.Entry::getValue);
        statement.executeUpdate();
      }
    }
    if (!pieces.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(ADD_PIECES)) {
        Columns.of(statement, List.copyOf(pieces.entrySet()))
            .integer(piece -> piece.getKey().day())
            .text(piece -> piece.getKey().piece())
            .bigint(piece -> piece.getValue()[0])
            .bigint(piece -> piece.getValue()[1]);
        statement.executeUpdate();
      }
    }
  }

  /** The number of retrievals since then in each slot of {@link LatencyScale}. */
  public SortedMap<Integer, Long> latency(Connection connection, String scope, Instant since)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LATENCY)) {
      statement.setString(1, scope);
      statement.setObject(2, since.atOffset(ZoneOffset.UTC));
      SortedMap<Integer, Long> slots = new TreeMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          slots.put(rows.getInt(1), rows.getLong(2));
        }
      }
      return slots;
    }
  }

  /** The pieces with most bytes since a day. */
  public List<RankedPiece> top(Connection connection, LocalDate since, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOP)) {
      statement.setObject(1, since);
      statement.setInt(2, limit);
      List<RankedPiece> ranked = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ranked.add(new RankedPiece(rows.getString(1), rows.getLong(2), rows.getLong(3)));
        }
      }
      return ranked;
    }
  }

  /**
   * Forgets what is not looked at any more.
   *
   * @param today of days before it only the {@code most} largest pieces are kept
   * @param oldest nothing before that day is
   */
  public void forget(Connection connection, LocalDate today, int most, LocalDate oldest)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_PIECES)) {
      statement.setObject(1, today);
      statement.setInt(2, most);
      statement.setObject(3, oldest);
      statement.executeUpdate();
    }
    try (PreparedStatement statement =
        connection.prepareStatement("delete from latency where bucket < ?")) {
      statement.setObject(1, oldest.atStartOfDay().atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }
}
