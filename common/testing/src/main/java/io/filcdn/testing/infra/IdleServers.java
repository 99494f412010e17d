package io.filcdn.testing.infra;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The servers of one kind that nobody in this JVM uses now; they stop with it. */
final class IdleServers<T> {

  private final Queue<Server<T>> servers = new ConcurrentLinkedQueue<>();

  IdleServers() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAll, "idle-servers-stop"));
  }

  /** Takes one for use, where there is one. */
  Optional<Server<T>> take() {
    return Optional.ofNullable(servers.poll());
  }

  /** Leaves one to whoever needs it next. */
  void add(Server<T> server) {
    servers.add(server);
  }

  private void stopAll() {
    servers.forEach(server -> server.stop().run());
  }
}
