package io.filcdn.service.start;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** The database of a service, which has to let the service in. */
final class PostgresDependency implements Dependency {

  private static final String SCHEME = "jdbc:postgresql:";
  private static final String SECONDS_TO_CONNECT = "5";
  private static final String SECONDS_TO_ANSWER = "10";

  /** No such role, another password, no such database: {@code errcodes.txt} of Postgres. */
  private static final Set<String> WAITING_DOES_NOT_HELP = Set.of("28000", "28P01", "3D000");

  private final String url;
  private final Properties properties = new Properties();

  /**
   * @param url as JDBC has it
   * @param properties of the driver, user and password among them
   * @throws UnusableSettingException where the URL is none of Postgres
   */
  PostgresDependency(String url, Map<String, String> properties) {
    if (!url.startsWith(SCHEME)) {
      throw new UnusableSettingException(
          "expected %s//HOST:PORT/DATABASE in QUARKUS_DATASOURCE_JDBC_URL, found something else"
              .formatted(SCHEME));
    }
    this.url = url;
    this.properties.putAll(properties);
    // whatever the service gives its own statements
    this.properties.put("connectTimeout", SECONDS_TO_CONNECT);
    this.properties.put("loginTimeout", SECONDS_TO_ANSWER);
    this.properties.put("socketTimeout", SECONDS_TO_ANSWER);
  }

  @Override
  public String text() {
    return "Postgres at "
        + url.substring(SCHEME.length()).replaceFirst("^//", "").replaceFirst("[?].*", "");
  }

  @Override
  public Answer ask() {
    try (Connection connection = DriverManager.getConnection(url, properties)) {
      return connection.isValid(Integer.parseInt(SECONDS_TO_ANSWER))
          ? new Answer.Present()
          : new Answer.Absent("it lets the service in, and does not answer");
    } catch (SQLException e) {
      String reason = oneLine(e);
      if (WAITING_DOES_NOT_HELP.contains(e.getSQLState())) {
        throw new UnusableSettingException(
            "%s does not let it in: %s; check QUARKUS_DATASOURCE_JDBC_URL, the user and the password"
                .formatted(text(), reason));
      }
      return new Answer.Absent(reason);
    }
  }

  private static String oneLine(SQLException e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.toString()).lines().findFirst().orElse("");
  }
}
