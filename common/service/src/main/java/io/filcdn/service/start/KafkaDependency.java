package io.filcdn.service.start;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The brokers, one of whose names has to have an address: a client of Kafka cannot be made before.
 * That one answers is not waited for, as a service does without Kafka for a while.
 */
final class KafkaDependency implements Dependency {

  private static final Pattern BROKER =
      Pattern.compile("(?:[A-Z_]+://)?\\[?([A-Za-z0-9._:%-]+?)]?:(\\d{1,5})");
  private static final int HIGHEST_PORT = 65535;
  private static final int MILLIS_TO_CONNECT = 2000;

  private final String servers;
  private final List<InetSocketAddress> brokers;

  /**
   * @param servers as {@code bootstrap.servers} has them
   * @throws UnusableSettingException where one of them is no broker's address
   */
  KafkaDependency(String servers) {
    this.servers = servers;
    this.brokers =
        Arrays.stream(servers.split(","))
            .map(String::strip)
            .filter(server -> !server.isEmpty())
            .map(KafkaDependency::broker)
            .toList();
    if (brokers.isEmpty()) {
      throw unusable(servers);
    }
  }

  private static InetSocketAddress broker(String server) {
    Matcher parts = BROKER.matcher(server);
    if (!parts.matches() || Integer.parseInt(parts.group(2)) > HIGHEST_PORT) {
      throw unusable(server);
    }
    return InetSocketAddress.createUnresolved(parts.group(1), Integer.parseInt(parts.group(2)));
  }

  private static UnusableSettingException unusable(String found) {
    return new UnusableSettingException(
        "expected HOST:PORT[,HOST:PORT]… in KAFKA_BOOTSTRAP_SERVERS, found \"%s\""
            .formatted(found));
  }

  @Override
  public String text() {
    return "Kafka at " + servers;
  }

  @Override
  public Answer ask() {
    List<InetSocketAddress> known =
        brokers.stream()
            .map(broker -> new InetSocketAddress(broker.getHostString(), broker.getPort()))
            .filter(broker -> !broker.isUnresolved())
            .toList();
    Answer answer = new Answer.Absent("no address is known for that name");
    for (InetSocketAddress broker : known) {
      answer = connect(broker);
      if (answer instanceof Answer.Present) {
        return answer;
      }
    }
    return answer;
  }

  private static Answer connect(InetSocketAddress broker) {
    try (Socket socket = new Socket()) {
      socket.connect(broker, MILLIS_TO_CONNECT);
      return new Answer.Present();
    } catch (IOException e) {
      return new Answer.Late(String.valueOf(e.getMessage()));
    }
  }
}
