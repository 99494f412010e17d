package io.filcdn.service.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.logging.LoggingFilter;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneLineMessagesTest {

  private final OneLineMessages filter = new OneLineMessages();

  private String logged(String format, Object... parameters) {
    ExtLogRecord record =
        new ExtLogRecord(Level.INFO, format, ExtLogRecord.FormatStyle.PRINTF, "test");
    record.setParameters(parameters);
    assertThat(filter.isLoggable(record)).isTrue();
    return new PatternFormatter("%s").format(record);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\n2026-11-30 12:00:00.000 INFO  [Edge] all is well",
        "x\r\ny",
        "x\ry",
        "\u001b[2J",
        "\u009b2J",
        "x\u0085y",
        "x\u2028y",
        "x\u2029y",
        "\u0000",
        "\b\b\b"
      })
  void whatOthersSayIsPartOfOneLine(String foreign) {
    String line = logged("provider %s fails: %s", 7, foreign);

    assertThat(line)
        .startsWith("provider 7 fails: ")
        .doesNotContainPattern("[\\p{Cc}\\u2028\\u2029]");
  }

  @Test
  void lineEndsAndOthersAreSpelled() {
    assertThat(logged("found %s", "a\nb\u001bc%d\u2028")).isEqualTo("found a\\nb\\u001bc%d\\u2028");
  }

  @Test
  void theRestStaysAsItIs() {
    assertThat(logged("found\t%s, 100%%", "Grüße 🎉 {0} %s"))
        .isEqualTo("found\tGrüße 🎉 {0} %s, 100%");
  }

  @Test
  void everyServiceLogsThroughIt() throws IOException {
    Properties settings = new Properties();
    try (InputStream file =
        OneLineMessages.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
      settings.load(file);
    }
    String name = OneLineMessages.class.getAnnotation(LoggingFilter.class).name();

    assertThat(settings)
        .containsEntry("quarkus.log.console.filter", name)
        .containsEntry("quarkus.log.file.filter", name);
  }
}
