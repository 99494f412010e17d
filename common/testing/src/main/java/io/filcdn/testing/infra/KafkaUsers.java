package io.filcdn.testing.infra;

import io.filcdn.common.kafka.KafkaPrincipal;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The users of a broker that knows its clients (SASL/PLAIN): one for each service, and an
 * administrator. Each has a file in a folder that is a client's configuration, for any program:
 * {@code --command-config admin.properties}.
 */
public record KafkaUsers(Path folder) {

  /** The user that may do everything. */
  public static final String ADMIN = "admin";

  private static final String MODULE =
      "org.apache.kafka.common.security.plain.PlainLoginModule required";

  /** The users in {@code folder}, each made where it is not there. */
  public static KafkaUsers in(Path folder) {
    KafkaUsers users = new KafkaUsers(folder);
    try {
      Files.createDirectories(folder);
      for (String user : names()) {
        if (!Files.exists(users.file(user))) {
          users.make(user);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Kafka's users cannot be made in " + folder, e);
    }
    return users;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(List.of(ADMIN));
    Arrays.stream(KafkaPrincipal.values()).map(KafkaPrincipal::service).forEach(names::add);
    return names;
  }

  private void make(String user) throws IOException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String login =
        "%s username=\"%s\" password=\"%s\";"
            .formatted(MODULE, user, HexFormat.of().formatHex(random));
    Path file = file(user);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file,
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=%s\n"
            .formatted(login));
  }

  /** The file with a user's settings. */
  public Path file(String user) {
    return folder.resolve(user + ".properties");
  }

  /** The configuration of a user's clients, besides where the brokers are. */
  public Map<String, Object> client(String user) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file(user))) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("the Kafka user in " + file(user) + " cannot be read", e);
    }
    Map<String, Object> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(name -> settings.put(name, properties.get(name)));
    return settings;
  }

  /** The broker's own login, and all logins that it knows. */
  String brokerLogin() {
    String known =
        names().stream()
            .map(user -> "user_%s=\"%s\"".formatted(user, password(user)))
            .collect(Collectors.joining(" "));
    return "%s username=\"%s\" password=\"%s\" %s;"
        .formatted(MODULE, ADMIN, password(ADMIN), known);
  }

  private String password(String user) {
    return String.valueOf(client(user).get("sasl.jaas.config"))
        .replaceFirst(".*password=\"([0-9a-f]+)\".*", "$1");
  }
}
