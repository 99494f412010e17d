package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.infra.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An upgrade over two versions of a database's schema, and the way back: tables with rows in them
 * are migrated, what the old version writes is taken by the new schema for as long as both run, and
 * a copy from before brings the old version back.
 */
class SchemaUpgradeIT {

  private static final int VERSIONS = 2;
  private static final int MOST_PASSES = 10;

  /**
   * Copies of Kafka's topics, which a migration may empty or give columns that the old version does
   * not know: they are read again.
   */
  private static final Set<String> READ_AGAIN = Set.of("indexed_data_set");

  @TempDir static Path folder;

  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void start() {
    postgres = EmbeddedPostgres.start(folder, 0);
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"indexer", "metrics", "settlement"})
  void tablesWithRowsAreMigratedAndTakeWhatTheOldVersionWrites(String service) throws Exception {
    List<Path> migrations = migrations(service);
    int old = Math.max(1, migrations.size() - VERSIONS);
    apply(service, migrations.subList(0, old));
    Map<String, List<Column>> schema = tables(service);
    Map<String, List<Column>> filled = fill(service, schema, 1);
    assertThat(filled.size())
        .as("%s of %s", filled.keySet(), schema.keySet())
        .isGreaterThan(schema.size() / 2);
    Map<String, Long> before = counts(service, filled.keySet());
    copy(service, "before");

    apply(service, migrations.subList(old, migrations.size()));

    Set<String> kept = new LinkedHashSet<>(filled.keySet());
    kept.retainAll(tables(service).keySet());
    Set<String> same = new LinkedHashSet<>(kept);
    same.removeAll(READ_AGAIN);
    assertThat(counts(service, same)).isEqualTo(of(before, same));
    Map<String, List<Column>> written = new LinkedHashMap<>(filled);
    written.keySet().retainAll(same);
    assertThat(fill(service, written, 2).keySet()).isEqualTo(written.keySet());

    copy("before", service);
    assertThat(tables(service)).isEqualTo(schema);
    assertThat(counts(service, filled.keySet())).isEqualTo(before);
  }

  /**
   * A column that has to be given a value.
   *
   * @param only the first text that a check allows
   */
  private record Column(String name, String type, Optional<String> only) {

    /** A value of the type, as SQL; the same number gives the same. */
    String value(int number) {
      if (only.isPresent()) {
        return only.get();
      }
      return switch (type) {
        case "text", "varchar" -> "'" + number + "'";
        case "int2", "int4", "int8", "numeric", "float8" -> "" + number;
        case "bool" -> "true";
        case "timestamptz", "date" -> "now()";
        case "bytea" -> "'\\x0%d'".formatted(number);
        case "uuid" -> "'00000000-0000-0000-0000-00000000000%d'".formatted(number);
        case "jsonb", "json" -> "'{}'";
        default -> type.startsWith("_") ? "'{}'" : "null";
      };
    }
  }

  private static List<Path> migrations(String service) throws IOException {
    try (Stream<Path> files =
        Files.list(
            Path.of("../../%s-service/src/main/resources/db/migration".formatted(service)))) {
      return files.sorted(Comparator.comparingInt(SchemaUpgradeIT::version)).toList();
    }
  }

  private static int version(Path migration) {
    return Integer.parseInt(
        String.valueOf(migration.getFileName()).replaceFirst("^V(\\d+)__.*", "$1"));
  }

  private static void apply(String database, List<Path> migrations)
      throws IOException, SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (Path migration : migrations) {
        statement.execute(Files.readString(migration));
      }
    }
  }

  /** The tables, each with the columns that no default fills. */
  private static Map<String, List<Column>> tables(String database) throws SQLException {
    Map<String, List<Column>> all = new TreeMap<>();
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select table_name, column_name, udt_name, column_default is null
                    and is_identity = 'NO' and is_generated = 'NEVER' as needed,
                  (select min(substring(pg_get_constraintdef(oid) from '''[^'']+''')) from pg_constraint
                    where contype = 'c' and conrelid = table_name::regclass
                      and conkey = array[ordinal_position::smallint]) as allowed
                from information_schema.columns join information_schema.tables
                  using (table_schema, table_name)
                where table_schema = 'public' and table_type = 'BASE TABLE'
                order by table_name, ordinal_position\
                """)) {
      while (rows.next()) {
        List<Column> columns = all.computeIfAbsent(rows.getString(1), _ -> new ArrayList<>());
        if (rows.getBoolean("needed")) {
          columns.add(
              new Column(
                  rows.getString(2),
                  rows.getString(3),
                  Optional.ofNullable(rows.getString("allowed"))));
        }
      }
    }
    return all;
  }

  /** Writes a row into each table that takes one; those it refers to come first. */
  private static Map<String, List<Column>> fill(
      String database, Map<String, List<Column>> tables, int number) throws SQLException {
    Map<String, List<Column>> filled = new TreeMap<>();
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int pass = 0; pass < MOST_PASSES; pass++) {
        for (Map.Entry<String, List<Column>> table : tables.entrySet()) {
          if (!filled.containsKey(table.getKey())
              && isTaken(connection, statement, insert(table, number))) {
            filled.put(table.getKey(), table.getValue());
          }
        }
      }
      connection.commit();
    }
    return filled;
  }

  private static String insert(Map.Entry<String, List<Column>> table, int number) {
    List<Column> columns = table.getValue();
    return columns.isEmpty()
        ? "insert into %s default values on conflict do nothing".formatted(table.getKey())
        : "insert into %s (%s) values (%s) on conflict do nothing"
            .formatted(
                table.getKey(),
                String.join(", ", columns.stream().map(Column::name).toList()),
                String.join(", ", columns.stream().map(column -> column.value(number)).toList()));
  }

  private static boolean isTaken(Connection connection, Statement statement, String insert)
      throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      statement.executeUpdate(insert);
      return true;
    } catch (SQLException e) {
      // its checks want more than any value
      connection.rollback(before);
      return false;
    }
  }

  private static Map<String, Long> counts(String database, Set<String> tables) throws SQLException {
    Map<String, Long> all = new TreeMap<>();
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String table : tables) {
        try (ResultSet count = statement.executeQuery("select count(*) from " + table)) {
          count.next();
          all.put(table, count.getLong(1));
        }
      }
    }
    return all;
  }

  private static Map<String, Long> of(Map<String, Long> counts, Set<String> tables) {
    Map<String, Long> some = new TreeMap<>(counts);
    some.keySet().retainAll(tables);
    return some;
  }

  /** Makes {@code to} a copy of {@code from}. */
  private static void copy(String from, String to) throws SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("drop database if exists " + to);
      statement.execute("create database %s template %s".formatted(to, from));
    }
  }

  private static Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(database, "postgres"));
  }
}
