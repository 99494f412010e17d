package io.filcdn.acceptance;

import static org.awaitility.Awaitility.await;

import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.process.FreePort;
import io.filcdn.testing.process.Http;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Another edge of a running stack, as a process of its own with an identity of its own. Killed, it
 * can be started again on what it left.
 */
final class AnotherEdge implements AutoCloseable {

  private static final Duration READY_WITHIN = Duration.ofMinutes(2);

  private final Path folder;
  private final int port = FreePort.find();
  private final int management = FreePort.find();
  private final Map<String, String> environment = new HashMap<>();
  private Process process;

  private AnotherEdge(Stack stack, String name, Path folder, Map<String, String> settings) {
    this.folder = folder;
    try {
      EdgeKeyPair pair = EdgeKeyPair.generate();
      Path key =
          Files.writeString(Files.createDirectories(folder).resolve("key"), pair.privatePem());
      stack.admit(name, pair);
      environment.put("FILCDN_NETWORK", stack.networkFile().toString());
      environment.put("FILCDN_RETRIEVAL_HTTP_HOST", "127.0.0.1");
      environment.put("FILCDN_RETRIEVAL_HTTP_PORT", Integer.toString(port));
      environment.put("FILCDN_RETRIEVAL_HTTP_DNS_ROOT", ".localhost");
      environment.put("FILCDN_RETRIEVAL_DATA", folder.resolve("data").toString());
      environment.put("FILCDN_RETRIEVAL_EDGE", name);
      environment.put("FILCDN_RETRIEVAL_LEASES_URL", stack.service("metrics").toString());
      environment.put("FILCDN_RETRIEVAL_IDENTITY_KEY", key.toString());
      environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
      environment.put("QUARKUS_HTTP_PORT", Integer.toString(management));
      environment.putAll(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    stack
        .kafka("retrieval")
        .forEach(
            (setting, value) ->
                environment.put(
                    "KAFKA_" + setting.replace('.', '_').toUpperCase(Locale.ROOT), "" + value));
    process = begin();
  }

  /** Starts it, and waits until it is ready. */
  static AnotherEdge start(Stack stack, String name, Path folder, Map<String, String> settings) {
    AnotherEdge edge = new AnotherEdge(stack, name, folder, settings);
    edge.awaitReady();
    return edge;
  }

  private Process begin() {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "@../java/service.options",
                "@../java/retrieval.options"));
    command.addAll(List.of("-Xmx192m", "-XX:MaxDirectMemorySize=256m"));
    // the stack that it joins has left it there
    command.add("-XX:SharedArchiveFile=../../retrieval-service/target/retrieval.jsa");
    command.add("-Xlog:cds=off");
    command.addAll(List.of("-jar", "../../retrieval-service/target/quarkus-app/quarkus-run.jar"));
    File log = folder.resolve("log").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it is ready. */
  void awaitReady() {
    try (Http http = new Http()) {
      String ready = "http://127.0.0.1:%d/q/health/ready".formatted(management);
      await()
          .atMost(READY_WITHIN)
          .until(() -> http.ask(ready).filter(answer -> answer.statusCode() == 200).isPresent());
    }
  }

  /** Where {@code payer}'s piece is fetched. */
  URI url(String payer, PieceCid cid) {
    return URI.create("http://%s.localhost:%d/%s".formatted(payer, port, cid));
  }

  /** The URL of its health and metrics. */
  URI management() {
    return URI.create("http://127.0.0.1:" + management);
  }

  ProcessHandle process() {
    return process.toHandle();
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Starts it again on what it left. */
  void startAgain() {
    process = begin();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
