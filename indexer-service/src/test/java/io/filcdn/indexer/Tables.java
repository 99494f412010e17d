package io.filcdn.indexer;

import static io.filcdn.indexer.Patience.patiently;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** An indexer's database, as a test looks at it. */
final class Tables implements AutoCloseable {

  /** What each table says of the chain; when the index learned it is left out. */
  private static final Map<String, String> CONTENT =
      Map.of(
          "cursor",
          "select block_number, block_hash, final_number from cursor",
          "events",
          "select * from events order by block_number, log_index",
          "event_entities",
          "select * from event_entities order by 1, 2, 3",
          "checkpoints",
          "select data_set, block_number, rules, state::jsonb from checkpoints order by data_set",
          "undecodable_logs",
          "select * from undecodable_logs order by block_number, log_index",
          "data_sets",
          withoutVersions("data_sets", "id"),
          "pieces",
          withoutVersions("pieces", "data_set, piece_id"),
          "providers",
          withoutVersions("providers", "id"),
          "payers",
          withoutVersions("payers", "address"));

  private final DataSource source;

  /** Kept for {@link #rows}, which a simulation asks for thousands of times. */
  private @Nullable Connection reader;

  private Tables(DataSource source) {
    this.source = source;
  }

  /** An empty database with the service's schema. */
  static Tables fresh(String jdbcUrl) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl);
    // of a data source Flyway would look for passwords in a long URL that names every setting
    Flyway flyway = Flyway.configure().dataSource(jdbcUrl, null, null).cleanDisabled(false).load();
    flyway.clean();
    flyway.migrate();
    Tables tables = new Tables(source);
    // a session that was cut holds its locks until its server notices
    patiently()
        .until(
            () ->
                tables
                    .rows(
                        "select l.pid from pg_locks l join pg_database d on d.oid = l.database"
                            + " where l.locktype = 'advisory' and d.datname = current_database()")
                    .isEmpty());
    return tables;
  }

  DataSource source() {
    return source;
  }

  /** All that the database says of the chain. */
  Map<String, List<String>> content() {
    Map<String, List<String>> content = new TreeMap<>();
    CONTENT.forEach((table, sql) -> content.put(table, rows(sql)));
    return content;
  }

  /** The rows of a query, columns separated by blanks; null is a minus sign. */
  synchronized List<String> rows(String sql) {
    try (Statement statement = reader().createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(rows.getString(i) == null ? "-" : rows.getString(i));
        }
        texts.add(String.join(" ", row));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private Connection reader() throws SQLException {
    Connection connection = reader;
    if (connection == null) {
      connection = source.getConnection();
      reader = connection;
    }
    return connection;
  }

  @Override
  public synchronized void close() {
    try {
      if (reader != null) {
        reader.close();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Postgres does not let go", e);
    }
  }

  private static String withoutVersions(String table, String order) {
    return """
        select (to_jsonb(t) - 'version' - 'as_of_block')::text from %s t order by %s"""
        .formatted(table, order);
  }
}
