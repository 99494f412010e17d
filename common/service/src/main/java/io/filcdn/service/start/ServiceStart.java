package io.filcdn.service.start;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.config.SmallRyeConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The start of a service: it waits for what it cannot start without, then runs Quarkus. What keeps
 * it from starting is told in one line, the last it says.
 */
public final class ServiceStart {

  /**
   * The system property by which a service needs nothing, loads the classes of its start and ends,
   * so that Java can archive them ({@code -XX:ArchiveClassesAtExit}).
   */
  public static final String ONLY_LOADS = "filcdn.only-loads-classes";

  /** The class that Quarkus generates; making it is the first half of a start. */
  private static final String APPLICATION = "io.quarkus.runner.ApplicationImpl";

  private static final String DATASOURCE = "quarkus.datasource.";
  private static final String JDBC_URL = DATASOURCE + "jdbc.url";
  private static final String JDBC_PROPERTIES = DATASOURCE + "jdbc.additional-jdbc-properties.";
  private static final int DEFAULT_PORT = 8080;

  private final String service;
  private final SmallRyeConfig config;

  private ServiceStart(String service, SmallRyeConfig config) {
    this.service = service;
    this.config = config;
  }

  /** The needs of a service besides Kafka. */
  public record Needs(boolean database, boolean chain) {}

  /**
   * Runs a service until it ends, or where {@link #ONLY_LOADS} is set, loads the classes of its
   * start and ends.
   */
  public static void run(String service, Needs needs, String... arguments) {
    if (Boolean.getBoolean(ONLY_LOADS)) {
      load(service);
    } else {
      new ServiceStart(service, config()).run(needs, arguments);
    }
  }

  /** Makes the application as Quarkus does before it reads any configuration. */
  private static void load(String service) {
    int status = 0;
    try {
      Class.forName(APPLICATION, true, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      new StartFailure(service).tell(e);
      status = 1;
    }
    // some of what was made has threads
    System.exit(status);
  }

  /** The configuration as Quarkus will read it; it has none of its own yet. */
  private static SmallRyeConfig config() {
    return ConfigUtils.configBuilder().withDefaultValue("quarkus.uuid", "none").build();
  }

  private void run(Needs needs, String... arguments) {
    StartFailure failure = new StartFailure(service);
    try {
      gate().await(dependencies(needs, network()));
    } catch (Exception e) {
      failure.tell(e);
      System.exit(1);
    }
    Quarkus.run(
        null,
        (exitCode, cause) -> {
          if (cause != null) {
            failure.tell(cause);
          }
          // ends the process, but not where quarkus:dev starts the service again
          ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(exitCode, cause);
        },
        arguments);
  }

  /** Before anything is waited for, as no waiting mends the file. */
  private Network network() {
    return NetworkFile.read(
        config
            .getOptionalValue("filcdn.network", Path.class)
            .orElseThrow(
                () ->
                    new UnusableSettingException(
                        "expected the path of a network file in FILCDN_NETWORK, found nothing: give"
                            + " one like deploy/networks/devnet.json")));
  }

  private StartGate gate() {
    return new StartGate(
        missing ->
            WaitingHealth.begin(
                config.getOptionalValue("quarkus.http.host", String.class).orElse("0.0.0.0"),
                config.getOptionalValue("quarkus.http.port", Integer.class).orElse(DEFAULT_PORT),
                missing),
        new StartLog(
            System.out,
            Clock.system(ZoneId.systemDefault()),
            config
                .getOptionalValue("quarkus.log.console.json.enabled", Boolean.class)
                .orElse(false)),
        Clock.systemUTC(),
        () -> TimeUnit.SECONDS.sleep(1));
  }

  private List<Dependency> dependencies(Needs needs, Network network) {
    List<Dependency> dependencies = new ArrayList<>();
    if (needs.database()) {
      dependencies.add(database());
    }
    if (needs.chain()) {
      dependencies.add(new ChainDependency(network));
    }
    dependencies.add(
        new KafkaDependency(
            config
                .getOptionalValue("kafka.bootstrap.servers", String.class)
                .orElse("localhost:9092")));
    return dependencies;
  }

  private Dependency database() {
    String url =
        config
            .getOptionalValue(JDBC_URL, String.class)
            .orElseThrow(
                () ->
                    new UnusableSettingException(
                        "expected the database's URL in QUARKUS_DATASOURCE_JDBC_URL, found"
                            + " nothing"));
    Map<String, String> properties = new HashMap<>();
    for (String name : config.getPropertyNames()) {
      if (name.startsWith(JDBC_PROPERTIES)) {
        properties.put(
            name.substring(JDBC_PROPERTIES.length()), config.getValue(name, String.class));
      }
    }
    config
        .getOptionalValue(DATASOURCE + "username", String.class)
        .ifPresent(user -> properties.put("user", user));
    config
        .getOptionalValue(DATASOURCE + "password", String.class)
        .ifPresent(password -> properties.put("password", password));
    return new PostgresDependency(url, properties);
  }
}
