package io.filcdn.settlement.stage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between the service and Postgres, and tells a test when a database transaction is about to
 * be committed, or has just been. It reads the text of statements: {@link #jdbcUrl} keeps the
 * driver from naming them.
 */
public final class DatabaseProxy implements AutoCloseable {

  /** On which side of a commit something happens. */
  public enum Side {
    BEFORE,
    AFTER
  }

  private record Trap(Side side, AtomicInteger commits, Runnable action) {}

  private final ServerSocket listener;
  private final URI database;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @GuardedBy("this")
  private Optional<Trap> trap = Optional.empty();

  private DatabaseProxy(ServerSocket listener, URI database) {
    this.listener = listener;
    this.database = database;
  }

  static DatabaseProxy before(String jdbcUrl) throws IOException {
    DatabaseProxy proxy =
        new DatabaseProxy(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            URI.create(jdbcUrl.substring("jdbc:".length())));
    proxy.threads.execute(proxy::accept);
    return proxy;
  }

  /** How the service reaches the database through this proxy. */
  public String jdbcUrl() {
    String query = Optional.ofNullable(database.getRawQuery()).map(q -> q + "&").orElse("");
    return "jdbc:postgresql://127.0.0.1:%d%s?%sprepareThreshold=0"
        .formatted(listener.getLocalPort(), database.getRawPath(), query);
  }

  /** Has Postgres itself do something. */
  public void execute(String statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  /** Runs {@code action} once, in the place of the {@code nth} commit from now or just after it. */
  public synchronized void atCommit(int nth, Side side, Runnable action) {
    trap = Optional.of(new Trap(side, new AtomicInteger(nth), action));
  }

  /** Nothing happens at commits any more. */
  public synchronized void heal() {
    trap = Optional.empty();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket();
        server.connect(new InetSocketAddress(database.getHost(), database.getPort()));
        threads.execute(() -> pump(client, server, true));
        threads.execute(() -> pump(server, client, false));
      } catch (IOException e) {
        // the listener was closed, or Postgres has gone
      }
    }
  }

  private void pump(Socket from, Socket to, boolean towardsDatabase) {
    byte[] buffer = new byte[65_536];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      int count;
      while ((count = in.read(buffer)) >= 0) {
        Optional<Trap> sprung = towardsDatabase ? sprung(buffer, count) : Optional.empty();
        if (sprung.filter(found -> found.side() == Side.BEFORE).isPresent()) {
          sprung.get().action().run();
          return;
        }
        out.write(buffer, 0, count);
        out.flush();
        sprung.filter(found -> found.side() == Side.AFTER).ifPresent(found -> found.action().run());
      }
    } catch (IOException e) {
      // one side has gone: the other one goes too
    }
  }

  private synchronized Optional<Trap> sprung(byte[] bytes, int count) {
    Optional<Trap> set = trap;
    if (set.isEmpty()
        || !new String(bytes, 0, count, StandardCharsets.ISO_8859_1).contains("COMMIT")
        || set.get().commits().decrementAndGet() > 0) {
      return Optional.empty();
    }
    trap = Optional.empty();
    return set;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
