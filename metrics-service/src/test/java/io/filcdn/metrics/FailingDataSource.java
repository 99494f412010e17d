package io.filcdn.metrics;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A real database whose connections break: at any statement, before a commit, or after it, so that
 * nobody is told of it. A seed decides.
 */
final class FailingDataSource implements DataSource {

  private final DataSource real;
  private final Random random;
  private final double often;

  /**
   * @param often how likely each step of a transaction is to fail
   */
  FailingDataSource(DataSource real, long seed, double often) {
    this.real = real;
    this.random = new Random(seed);
    this.often = often;
  }

  @Override
  public Connection getConnection() throws SQLException {
    fail("connecting");
    Connection connection = real.getConnection();
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, arguments) -> {
              boolean step = method.getName().matches("prepareStatement|commit");
              if (step) {
                fail("before " + method.getName());
              }
              Object result;
              try {
                result = method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
              if (step) {
                fail("after " + method.getName());
              }
              return result;
            });
  }

  private synchronized void fail(String when) throws SQLException {
    if (random.nextDouble() < often) {
      throw new SQLException("the connection broke " + when);
    }
  }

  @Override
  public Connection getConnection(String username, String password) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PrintWriter getLogWriter() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setLogWriter(PrintWriter out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setLoginTimeout(int seconds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getLoginTimeout() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Logger getParentLogger() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T unwrap(Class<T> type) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
