package io.filcdn.testing.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedPostgresIT {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"fsync, on", "synchronous_commit, on", "full_page_writes, on"})
  void whatTheLocalStackCommitsIsOnTheDisk(String setting, String expected) throws Exception {
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.supervised(folder, 0, folder.resolve("postgres.log"))) {
      assertThat(setting(postgres, setting)).isEqualTo(expected);
    }
  }

  @Test
  void whatTestsCommitIsNot() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, 0)) {
      assertThat(setting(postgres, "fsync")).isEqualTo("off");
    }
  }

  private static String setting(EmbeddedPostgres postgres, String name) throws Exception {
    try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("settlement"));
        Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery("show " + name)) {
      assertThat(answer.next()).isTrue();
      return answer.getString(1);
    }
  }
}
