package io.filcdn.testing.infra;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres and a Kafka of a Quarkus test's own. The argument {@code database} names the service
 * whose database the default datasource is; without it there is none.
 */
public final class InfraResource implements QuarkusTestResourceLifecycleManager {

  private @Nullable Infra infra;
  private Map<String, String> arguments = Map.of();

  @Override
  public void init(Map<String, String> initArgs) {
    arguments = Map.copyOf(initArgs);
  }

  @Override
  public Map<String, String> start() {
    Infra started = Infra.startUnshared();
    infra = started;
    Map<String, String> config = new HashMap<>();
    config.put("kafka.bootstrap.servers", started.kafka().bootstrapServers());
    String database = arguments.get("database");
    if (database != null) {
      config.put("quarkus.datasource.jdbc.url", started.postgres().jdbcUrl(database));
    }
    return config;
  }

  @Override
  public void stop() {
    if (infra != null) {
      infra.close();
    }
  }
}
