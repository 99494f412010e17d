package io.filcdn.indexer.store;

import static java.util.stream.Collectors.joining;

import io.filcdn.indexer.postgres.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The statement that writes rows of the read model only where they say something new: block and
 * version of a row then tell when that was.
 *
 * @param key the primary key, a text
 * @param columns what a row says, without {@code as_of_block} and {@code version}
 */
record Upsert(String table, String key, List<Column> columns) {

  /** A column. */
  record Column(String name, Rows.SqlType type) {
    static Column text(String name) {
      return new Column(name, Rows.SqlType.TEXT);
    }

    static Column number(String name) {
      return new Column(name, Rows.SqlType.BIGINT);
    }

    static Column amount(String name) {
      return new Column(name, Rows.SqlType.NUMERIC);
    }

    static Column flag(String name) {
      return new Column(name, Rows.SqlType.BOOLEAN);
    }
  }

  /** For rows of the key, the columns, the block and the version. */
  Rows rows() {
    return new Rows(all().map(Column::type).toList());
  }

  /**
   * Writes rows, each of another key.
   *
   * @return the keys of those that are new or have changed
   */
  Set<String> write(Connection connection, Write what, Rows rows) throws SQLException {
    if (rows.isEmpty()) {
      return Set.of();
    }
    try (PreparedStatement statement = connection.prepareStatement(sql())) {
      rows.bind(statement);
      statement.setBoolean(columns.size() + 4, what == Write.EVERYTHING);
      Set<String> keys = new HashSet<>();
      try (ResultSet written = statement.executeQuery()) {
        while (written.next()) {
          keys.add(written.getString(1));
        }
      }
      return keys;
    }
  }

  private Stream<Column> all() {
    return Stream.of(
            Stream.of(Column.text(key)),
            columns.stream(),
            Stream.of(Column.number("as_of_block"), Column.number("version")))
        .flatMap(some -> some);
  }

  private String sql() {
    List<String> names = all().map(Column::name).toList();
    List<String> said = columns.stream().map(Column::name).toList();
    List<String> written = names.subList(1, names.size());
    return """
        insert into %s (%s) select * from unnest(%s)
        on conflict (%s) do update set (%s) = (%s) where ? or (%s) is distinct from (%s)
        returning %s.%s"""
        .formatted(
            table,
            String.join(", ", names),
            names.stream().map(_ -> "?").collect(joining(", ")),
            key,
            String.join(", ", written),
            prefixed("excluded", written),
            prefixed(table, said),
            prefixed("excluded", said),
            table,
            key);
  }

  private static String prefixed(String prefix, List<String> names) {
    return names.stream().map(name -> prefix + "." + name).collect(joining(", "));
  }
}
