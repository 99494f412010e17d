package io.filcdn.metrics.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * Rows as the arrays of their columns, for {@code unnest}: one statement and one parameter a
 * column, however many rows there are. Columns are bound in the order they are called in.
 */
public final class Columns<T> {

  private final PreparedStatement statement;
  private final List<T> rows;
  private int bound;

  private Columns(PreparedStatement statement, List<T> rows, int bound) {
    this.statement = statement;
    this.rows = rows;
    this.bound = bound;
  }

  /** Binds {@code rows} to the first parameters of {@code statement}. */
  public static <T> Columns<T> of(PreparedStatement statement, List<T> rows) {
    return new Columns<>(statement, rows, 0);
  }

  /** Binds {@code rows} to the parameters of {@code statement} that follow the first ones. */
  public static <T> Columns<T> after(int first, PreparedStatement statement, List<T> rows) {
    return new Columns<>(statement, rows, first);
  }

  public Columns<T> text(Function<T, String> column) throws SQLException {
    return bind("text", rows.stream().map(column).toArray());
  }

  public Columns<T> uuid(Function<T, UUID> column) throws SQLException {
    return bind("uuid", rows.stream().map(column).toArray());
  }

  /** The driver takes arrays of bytes only in an array that is typed so. */
  public Columns<T> bytes(Function<T, byte[]> column) throws SQLException {
    return bind("bytea", rows.stream().map(column).toArray(byte[][]::new));
  }

  public Columns<T> integer(ToIntFunction<T> column) throws SQLException {
    return bind("integer", rows.stream().mapToInt(column).boxed().toArray());
  }

  public Columns<T> bigint(ToLongFunction<T> column) throws SQLException {
    return bind("bigint", rows.stream().mapToLong(column).boxed().toArray());
  }

  private Columns<T> bind(String type, Object[] values) throws SQLException {
    bound++;
    statement.setArray(bound, statement.getConnection().createArrayOf(type, values));
    return this;
  }
}
