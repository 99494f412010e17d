package io.filcdn.indexer.store;

import static java.util.stream.Collectors.joining;

import io.filcdn.common.index.AsOf;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.service.database.Columns;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The statement that writes rows of the read model only where they say something new: block and
 * version of a row then tell when that was.
 *
 * @param key the primary key, a text
 * @param columns what a row says, without {@code as_of_block} and {@code version}
 */
record Upsert<T>(
    String table,
    String key,
    Function<T, String> keyOf,
    List<Column<T>> columns,
    Function<T, AsOf> asOf) {

  /** A column, and how its values are bound. */
  record Column<T>(String name, Binding<T> binding) {

    /** A function that binds the column's values next. */
    interface Binding<T> {
      void bind(Columns<T> columns) throws SQLException;
    }

    static <T> Column<T> text(String name, Function<T, @Nullable String> value) {
      return new Column<>(name, columns -> columns.text(value));
    }

    static <T> Column<T> number(String name, Function<T, @Nullable Long> value) {
      return new Column<>(name, columns -> columns.bigint(value));
    }

    static <T> Column<T> amount(String name, Function<T, TokenAmount> value) {
      return new Column<>(
          name, columns -> columns.numeric(row -> new BigDecimal(value.apply(row).units())));
    }

    static <T> Column<T> flag(String name, Function<T, Boolean> value) {
      return new Column<>(name, columns -> columns.flag(value));
    }
  }

  /**
   * Writes rows, each of another key.
   *
   * @return the keys of those that are new or have changed
   */
  Set<String> write(Connection connection, WriteMode what, List<T> rows) throws SQLException {
    if (rows.isEmpty()) {
      return Set.of();
    }
    try (PreparedStatement statement = connection.prepareStatement(sql())) {
      Columns<T> bound = Columns.of(statement, rows).text(keyOf);
      for (Column<T> column : columns) {
        column.binding().bind(bound);
      }
      bound.bigint(row -> asOf.apply(row).block().value()).bigint(row -> asOf.apply(row).version());
      statement.setBoolean(columns.size() + 4, what == WriteMode.EVERYTHING);
      Set<String> keys = new HashSet<>();
      try (ResultSet written = statement.executeQuery()) {
        while (written.next()) {
          keys.add(written.getString(1));
        }
      }
      return keys;
    }
  }

  private String sql() {
    List<String> said = columns.stream().map(Column::name).toList();
    List<String> names = new ArrayList<>(said);
    names.addFirst(key);
    names.addAll(List.of("as_of_block", "version"));
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
