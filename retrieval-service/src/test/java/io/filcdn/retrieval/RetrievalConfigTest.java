package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.ConfigMappings;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RetrievalConfigTest {

  @Test
  void everyKeyAndItsDefaultIsKnown() {
    Map<String, String> keys = new TreeMap<>();
    ConfigMappings.getProperties(
            ConfigMappings.ConfigClass.configClass(RetrievalConfig.class, "filcdn"))
        .forEach(
            (key, property) ->
                keys.put(
                    key,
                    property.hasDefaultValue() && property.getDefaultValue() != null
                        ? property.getDefaultValue()
                        : "none"));

    assertThat(keys)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("filcdn.network", "none"),
                Map.entry("filcdn.retrieval.edge", "edge"),
                Map.entry("filcdn.retrieval.data", "data"),
                Map.entry("filcdn.retrieval.http.host", "0.0.0.0"),
                Map.entry("filcdn.retrieval.http.port", "8080"),
                Map.entry("filcdn.retrieval.http.dns-root", ".localhost"),
                Map.entry("filcdn.retrieval.http.idle-timeout", "75s"),
                Map.entry("filcdn.retrieval.http.max-header-size", "16K"),
                Map.entry("filcdn.retrieval.http.expose-management", "false"),
                Map.entry("filcdn.retrieval.admission.settlement-margin-epochs", "2880"),
                Map.entry("filcdn.retrieval.admission.max-offline", "20h"),
                Map.entry("filcdn.retrieval.cache.max-size", "10G"),
                Map.entry("filcdn.retrieval.cache.workers", "4"),
                Map.entry("filcdn.retrieval.origin.connect-timeout", "5s"),
                Map.entry("filcdn.retrieval.origin.first-byte-timeout", "15s"),
                Map.entry("filcdn.retrieval.origin.stall-timeout", "15s"),
                Map.entry("filcdn.retrieval.origin.connections-per-provider", "64"),
                Map.entry("filcdn.retrieval.usage.flush-interval", "1s"),
                Map.entry("filcdn.retrieval.usage.max-journal-records", "100000")));
  }
}
