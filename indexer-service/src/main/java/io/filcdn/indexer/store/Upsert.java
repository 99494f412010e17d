package io.filcdn.indexer.store;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statement that writes a row of the read model only where it says something new: block and
 * version of the row then tell when that was.
 *
 * @param key the primary key
 * @param columns what the row says, without {@code as_of_block} and {@code version}
 */
record Upsert(String table, String key, List<String> columns) {

  /**
   * Writes a row.
   *
   * @param values of the key, the columns, the block and the version
   * @return whether the row is new or has changed
   */
  boolean write(Connection connection, Write what, List<? extends @Nullable Object> values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql())) {
      for (int i = 0; i < values.size(); i++) {
        statement.setObject(i + 1, values.get(i));
      }
      statement.setBoolean(values.size() + 1, what == Write.EVERYTHING);
      try (ResultSet written = statement.executeQuery()) {
        return written.next();
      }
    }
  }

  private String sql() {
    List<String> all =
        Stream.of(Stream.of(key), columns.stream(), Stream.of("as_of_block", "version"))
            .flatMap(names -> names)
            .toList();
    return """
        insert into %s (%s) values (%s)
        on conflict (%s) do update set (%s) = (%s) where ? or (%s) is distinct from (%s)
        returning 1"""
        .formatted(
            table,
            String.join(", ", all),
            all.stream().map(_ -> "?").collect(joining(", ")),
            key,
            String.join(", ", all.subList(1, all.size())),
            prefixed("excluded", all.subList(1, all.size())),
            prefixed(table, columns),
            prefixed("excluded", columns));
  }

  private static String prefixed(String prefix, List<String> names) {
    return names.stream().map(name -> prefix + "." + name).collect(joining(", "));
  }
}
