package io.filcdn.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ServicesTest {

  @Test
  void aVariableCanBeForOneServiceAlone() {
    Map<String, String> all =
        Map.of("FILCDN_UP_METRICS_TZ", "UTC", "FILCDN_UP_INDEXER_TZ", "CET", "TZ", "EST");

    assertThat(Services.own("metrics", all)).isEqualTo(Map.of("TZ", "UTC"));
    assertThat(Services.own("settlement", all)).isEmpty();
  }
}
