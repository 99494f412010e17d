package io.filcdn.metrics;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A deed that happens between the first transaction of a process and its second. */
final class Meanwhile {

  private Meanwhile() {}

  /** A real database, for whose second connection one waits until {@code deed} is done. */
  static DataSource happens(DataSource real, Runnable deed) {
    AtomicInteger connections = new AtomicInteger();
    return (DataSource)
        Proxy.newProxyInstance(
            Meanwhile.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, method, arguments) -> {
              if (method.getName().equals("getConnection") && connections.incrementAndGet() == 2) {
                deed.run();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }
}
