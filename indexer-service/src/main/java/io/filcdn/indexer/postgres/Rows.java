package io.filcdn.indexer.postgres;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows for a statement that takes them as one array a column: {@code select * from unnest(?, ?)}.
 * However many they are, they cost one round trip and one run of the statement. For one thread.
 */
public final class Rows {

  private final List<SqlType> columns;
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  public Rows(List<SqlType> columns) {
    this.columns = List.copyOf(columns);
  }

  /** Rows of these columns. */
  public static Rows of(SqlType... columns) {
    return new Rows(List.of(columns));
  }

  /** What a column holds. */
  public enum SqlType {
    TEXT("text", String.class),
    BIGINT("bigint", Long.class),
    BOOLEAN("boolean", Boolean.class),
    NUMERIC("numeric", BigDecimal.class),
    BYTES("bytea", byte[].class);

    private final String sql;
    private final Class<?> java;

    SqlType(String sql, Class<?> java) {
      this.sql = sql;
      this.java = java;
    }
  }

  /** Adds a row, its values in the order of the columns. */
  public Rows add(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(
          "expected a row of %d values, found %d".formatted(columns.size(), values.length));
    }
    rows.add(values);
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Sets the statement's first parameters, one for each column. */
  public void bind(PreparedStatement statement) throws SQLException {
    Connection connection = statement.getConnection();
    for (int i = 0; i < columns.size(); i++) {
      statement.setArray(i + 1, connection.createArrayOf(columns.get(i).sql, column(i)));
    }
  }

  /** Runs a statement that takes only the rows; none where there are none. */
  public void run(Connection connection, String sql) throws SQLException {
    if (isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement);
      statement.executeUpdate();
    }
  }

  /** An array of the very type, which the driver can send in binary. */
  private @Nullable Object[] column(int index) {
    @Nullable Object[] values = (Object[]) Array.newInstance(columns.get(index).java, rows.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i)[index];
    }
    return values;
  }
}
