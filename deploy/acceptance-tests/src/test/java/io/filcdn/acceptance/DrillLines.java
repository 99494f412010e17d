package io.filcdn.acceptance;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.acceptance.DrillSchedule.Line;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The lines of a drill, each of which can be cut and can be slow. Kafka has none: a client is told
 * by the broker where to connect to.
 */
final class DrillLines implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<Line, FaultProxy> lines = new EnumMap<>(Line.class);

  /** Lays a line to who listens at {@code target}. */
  FaultProxy lay(Line line, URI target) {
    FaultProxy proxy = FaultProxy.to(target);
    lines.put(line, proxy);
    return proxy;
  }

  /** A line that was laid. */
  FaultProxy line(Line line) {
    return Objects.requireNonNull(lines.get(line));
  }

  /**
   * Lays the lines within a stack.
   *
   * @param stack that listens where the one will that gets the variables
   * @param folder for network files
   * @return variables for {@code ./filcdn up} that have services speak over these lines
   */
  Map<String, String> within(Stack stack, Path folder) {
    Map<String, String> variables = new HashMap<>();
    lay(Line.RETRIEVAL_TO_METRICS, stack.service("metrics"));
    variables.put(
        "FILCDN_UP_RETRIEVAL_FILCDN_RETRIEVAL_LEASES_URL",
        line(Line.RETRIEVAL_TO_METRICS).url().toString());
    database(stack, "indexer", Line.INDEXER_TO_POSTGRES, variables);
    database(stack, "metrics", Line.METRICS_TO_POSTGRES, variables);
    database(stack, "settlement", Line.SETTLEMENT_TO_POSTGRES, variables);
    chain(stack, "indexer", Line.INDEXER_TO_CHAIN, folder, variables);
    chain(stack, "settlement", Line.SETTLEMENT_TO_CHAIN, folder, variables);
    return variables;
  }

  private void database(Stack stack, String service, Line line, Map<String, String> variables) {
    String url = stack.jdbcUrl(service);
    URI postgres = URI.create(url.substring("jdbc:".length()));
    String near = lay(line, postgres).url().getAuthority();
    variables.put(
        name(service, "QUARKUS_DATASOURCE_JDBC_URL"), url.replace(postgres.getAuthority(), near));
  }

  private void chain(
      Stack stack, String service, Line line, Path folder, Map<String, String> variables) {
    try {
      ObjectNode network = (ObjectNode) JSON.readTree(stack.networkFile().toFile());
      network
          .putArray("rpcUrls")
          .add(lay(line, stack.network().rpcUrls().getFirst()).url().toString());
      Path file = Files.createDirectories(folder).resolve(service + ".json");
      Files.writeString(file, network.toString());
      variables.put(name(service, "FILCDN_NETWORK"), file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(String service, String variable) {
    return "FILCDN_UP_%s_%s".formatted(service.toUpperCase(Locale.ROOT), variable);
  }

  @Override
  public void close() {
    lines.values().forEach(FaultProxy::close);
  }
}
