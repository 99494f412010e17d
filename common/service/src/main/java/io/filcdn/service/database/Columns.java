package io.filcdn.service.database;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows as the arrays of their columns, for {@code unnest}: one statement and one parameter a
 * column, however many rows there are. Columns are bound in the order they are called in.
 */
public final class Columns<T> {

  private final PreparedStatement statement;
  private final Collection<T> rows;
  private int bound;

  private Columns(PreparedStatement statement, Collection<T> rows, int bound) {
    this.statement = statement;
    this.rows = rows;
    this.bound = bound;
  }

  /** Binds {@code rows} to the first parameters of {@code statement}. */
  public static <T> Columns<T> of(PreparedStatement statement, Collection<T> rows) {
    return new Columns<>(statement, rows, 0);
  }

  /** Binds {@code rows} to the parameters of {@code statement} that follow the first ones. */
  public static <T> Columns<T> after(int first, PreparedStatement statement, Collection<T> rows) {
    return new Columns<>(statement, rows, first);
  }

  /** Binds a column of {@code text[]}; null is NULL. */
  public Columns<T> text(Function<T, @Nullable String> column) throws SQLException {
    return bind("text", String[]::new, column);
  }

  /** Binds a column of {@code uuid[]}. */
  public Columns<T> uuid(Function<T, UUID> column) throws SQLException {
    return bind("uuid", UUID[]::new, column);
  }

  /** Binds a column of {@code bytea[]}. */
  public Columns<T> bytes(Function<T, byte[]> column) throws SQLException {
    return bind("bytea", byte[][]::new, column);
  }

  /** Binds a column of {@code boolean[]}. */
  public Columns<T> flag(Function<T, Boolean> column) throws SQLException {
    return bind("boolean", Boolean[]::new, column);
  }

  /** Binds a column of {@code integer[]}, of four bytes. */
  public Columns<T> integer(Function<T, Integer> column) throws SQLException {
    return bind("integer", Integer[]::new, column);
  }

  /** Binds a column of {@code bigint[]}, of eight bytes; null is NULL. */
  public Columns<T> bigint(Function<T, @Nullable Long> column) throws SQLException {
    return bind("bigint", Long[]::new, column);
  }

  /** Binds a column of {@code numeric[]}, of any size. */
  public Columns<T> numeric(Function<T, BigDecimal> column) throws SQLException {
    return bind("numeric", BigDecimal[]::new, column);
  }

  /** An array of the very type, which the driver can send in binary. */
  private <C> Columns<T> bind(
      String type, IntFunction<C[]> array, Function<T, ? extends @Nullable C> column)
      throws SQLException {
    bound++;
    statement.setArray(
        bound,
        statement.getConnection().createArrayOf(type, rows.stream().map(column).toArray(array)));
    return this;
  }
}
