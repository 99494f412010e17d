package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.indexer.IndexerConfig;
import io.filcdn.metrics.MetricsConfig;
import io.filcdn.retrieval.RetrievalConfig;
import io.filcdn.settlement.SettlementConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/configuration.md lists all keys of all services as their interfaces have them. */
class ConfigurationPageTest {

  private static final Path PAGE = Path.of("../../docs/configuration.md");

  private static final Map<String, Class<?>> SERVICES =
      Map.of(
          "indexer", IndexerConfig.class,
          "retrieval", RetrievalConfig.class,
          "metrics", MetricsConfig.class,
          "settlement", SettlementConfig.class);

  @Test
  void pageSaysWhatTheInterfacesSay() throws Exception {
    String text = Files.readString(PAGE);
    String right = text;
    for (Map.Entry<String, Class<?>> service : SERVICES.entrySet()) {
      right = withKeys(right, service.getKey(), ConfigurationKeys.of(service.getValue()));
    }
    Path copy = Files.writeString(Path.of("target/configuration.md"), right);

    assertThat(text)
        .as("%s is not what the interfaces say: copy %s over it", PAGE, copy.toAbsolutePath())
        .isEqualTo(right);
  }

  /** A page with these keys between the marks of a service. */
  private static String withKeys(String page, String service, String keys) {
    String begin = "<!-- keys of " + service + ", from their interface -->\n";
    String end = "\n<!-- end of keys -->\n";
    assertThat(page).contains(begin);
    int from = page.indexOf(begin) + begin.length();
    return page.substring(0, from) + keys + page.substring(page.indexOf(end, from));
  }
}
