package io.filcdn.metrics.pieces;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The table of how retrievals were answered, by hour, status and reason of refusal; each method
 * works in the caller's transaction. For analytics only: a record that comes again counts again.
 */
public final class PostgresAnswers {

  private static final Pattern CODE = Pattern.compile("[a-z0-9-]{1,64}");

  /** The code of refusals whose own can be none of ours. */
  private static final String OTHER = "other";

  private static final int NO_STATUS = 0;

  private static final String ADD =
      """
      insert into answered as a (bucket, status, code, retrievals)
      select to_timestamp(hour), status, code, retrievals
      from unnest(?, ?, ?, ?) as told (hour, status, code, retrievals) order by 1, 2, 3
      on conflict (bucket, status, code) do update set
        retrievals = a.retrievals + excluded.retrievals
      """;

  private static final String WITHIN =
      """
      select status, code, sum(retrievals)::bigint as retrievals
      from answered where bucket >= ? and bucket < ?
      group by status, code order by retrievals desc, status, code limit ?
      """;

  private static final String FORGET =
      """
      delete from answered a using (
        select bucket, status, code,
          row_number() over (partition by bucket order by retrievals desc) as rank
        from answered) ranked
      where a.bucket = ranked.bucket and a.status = ranked.status and a.code = ranked.code
        and (ranked.rank > ? or a.bucket < ?)
      """;

  private record Cell(long hour, int status, String code) {}

  /**
   * The retrievals that were answered alike.
   *
   * @param status of HTTP
   * @param code the reason of a refusal
   */
  public record Answered(int status, Optional<String> code, long retrievals) {}

  /** Counts retrievals. */
  public void add(Connection connection, List<RetrievalRecord> records, Instant now)
      throws SQLException {
    Map<Cell, Long> cells = new HashMap<>();
    for (RetrievalRecord record : records) {
      Instant at = PostgresRetrievals.at(record, now);
      long hour = at.truncatedTo(ChronoUnit.HOURS).getEpochSecond();
      cells.merge(
          new Cell(hour, status(record), code(record)),
          PostgresRetrievals.weight(record),
          Math::addExact);
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      Columns.of(statement, List.copyOf(cells.entrySet()))
          .bigint(cell -> cell.getKey().hour())
          .integer(cell -> cell.getKey().status())
          .text(cell -> cell.getKey().code())
          .bigint(Map.Entry::getValue);
      statement.executeUpdate();
    }
  }

  private static int status(RetrievalRecord record) {
    return record.status() >= 100 && record.status() < 600 ? record.status() : NO_STATUS;
  }

  private static String code(RetrievalRecord record) {
    return record.error().map(code -> CODE.matcher(code).matches() ? code : OTHER).orElse("");
  }

  /** The answers of hours that begin within a time, the most frequent first. */
  public List<Answered> within(Connection connection, Instant from, Instant to, int limit)
      throws SQLException {
    List<Answered> answers = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(WITHIN)) {
      statement.setObject(1, from.atOffset(ZoneOffset.UTC));
      statement.setObject(2, to.atOffset(ZoneOffset.UTC));
      statement.setInt(3, limit);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          answers.add(
              new Answered(
                  rows.getInt("status"),
                  Optional.of(rows.getString("code")).filter(code -> !code.isEmpty()),
                  rows.getLong("retrievals")));
        }
      }
    }
    return answers;
  }

  /**
   * Forgets what is not looked at any more.
   *
   * @param most kinds of answers that are kept of each hour
   * @param oldest hours before that are forgotten
   */
  public void forget(Connection connection, int most, Instant oldest) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setInt(1, most);
      statement.setObject(2, oldest.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }
}
