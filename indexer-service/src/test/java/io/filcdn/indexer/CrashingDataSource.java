package io.filcdn.indexer;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;
import javax.sql.DataSource;

/**
 * A database that loses its client at a random call, as {@code kill -9} does: before a statement,
 * before a commit, or after it. The session ends there.
 */
final class CrashingDataSource {

  private final DataSource real;
  private final Random random;
  private int callsLeft = Integer.MAX_VALUE;

  CrashingDataSource(DataSource real, Random random) {
    this.real = real;
    this.random = random;
  }

  /** The next crash comes within so many calls. */
  void crashWithin(int calls) {
    callsLeft = random.nextInt(calls);
  }

  void crashNoMore() {
    callsLeft = Integer.MAX_VALUE;
  }

  DataSource asDataSource() {
    return proxy(
        DataSource.class,
        (method, arguments) -> {
          Object result = call(real, method, arguments);
          return result instanceof Connection connection ? crashing(connection) : result;
        });
  }

  private Connection crashing(Connection connection) {
    return proxy(
        Connection.class,
        (method, arguments) -> {
          boolean commit = method.getName().equals("commit");
          boolean after = commit && random.nextBoolean();
          if (commit && !after) {
            crashIfDue(connection);
          }
          Object result = call(connection, method, arguments);
          if (after) {
            crashIfDue(connection);
          }
          return result instanceof PreparedStatement statement
              ? crashing(statement, connection)
              : result;
        });
  }

  private PreparedStatement crashing(PreparedStatement statement, Connection connection) {
    return proxy(
        PreparedStatement.class,
        (method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            crashIfDue(connection);
          }
          return call(statement, method, arguments);
        });
  }

  private void crashIfDue(Connection connection) throws SQLException {
    if (callsLeft-- <= 0) {
      connection.abort(Runnable::run);
      throw new SQLException("killed");
    }
  }

  private interface Call {
    Object with(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> call.with(method, arguments)));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
