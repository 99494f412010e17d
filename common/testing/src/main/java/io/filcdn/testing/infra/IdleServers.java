package io.filcdn.testing.infra;

import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** The servers of one kind that nobody in this JVM uses now; they stop with it. */
final class IdleServers<T> {

  private final Deque<Server<T>> servers = new ConcurrentLinkedDeque<>();

  IdleServers() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAll, "idle-servers-stop"));
  }

  /** Takes the one that was left last, where there is one. */
  Optional<Server<T>> take() {
    return Optional.ofNullable(servers.pollFirst());
  }

  /** Leaves one to whoever needs it next. */
  void add(Server<T> server) {
    servers.addFirst(server);
  }

  private void stopAll() {
    servers.forEach(server -> server.stop().run());
  }
}
