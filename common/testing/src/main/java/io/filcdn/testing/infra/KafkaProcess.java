package io.filcdn.testing.infra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Kafka broker that is a process of its own. */
public final class KafkaProcess {

  private static final int PARTITIONS = 4;

  private KafkaProcess() {}

  /**
   * Runs a broker until the process is told to end.
   *
   * @param arguments the folder of its data, its port, a file that it makes once the broker serves
   *     and FilCDN's topics are there, and the folder of its {@link KafkaUsers}; without the last,
   *     anyone may do anything
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int port = Integer.parseInt(arguments[1]);
    EmbeddedKafka kafka =
        arguments.length > 3
            ? EmbeddedKafka.start(folder, port, KafkaUsers.in(Path.of(arguments[3])))
            : EmbeddedKafka.start(folder, port);
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "kafka-stop"));
    kafka.createTopics(PARTITIONS);
    Files.writeString(Path.of(arguments[2]), kafka.bootstrapServers());
  }
}
