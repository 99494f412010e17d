package io.filcdn.service.monitoring;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The descriptions of metrics, one a name, which Prometheus shows as {@code HELP}. Each module has
 * those of its own metrics in a file; {@code docs/metrics.md} says the same.
 */
final class MetricDescriptions implements MeterFilter {

  private static final String FILE = "META-INF/filcdn-metrics.properties";

  private final Properties descriptions = new Properties();

  /** Reads the files of all modules. */
  static MetricDescriptions read(ClassLoader modules) {
    MetricDescriptions read = new MetricDescriptions();
    try {
      for (URL file : Collections.list(modules.getResources(FILE))) {
        try (Reader text = new InputStreamReader(file.openStream(), StandardCharsets.UTF_8)) {
          read.descriptions.load(text);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read;
  }

  @Override
  public Meter.Id map(Meter.Id id) {
    @Nullable String description = descriptions.getProperty(stored(id));
    return description == null
        ? id
        : new Meter.Id(
            id.getName(),
            Tags.of(id.getTagsAsIterable()),
            id.getBaseUnit(),
            description,
            id.getType());
  }

  /** The name that Prometheus stores. */
  private static String stored(Meter.Id id) {
    String name = id.getName().replace('.', '_');
    return switch (id.getType()) {
      case COUNTER -> name + "_total";
      case TIMER, LONG_TASK_TIMER -> name + "_seconds";
      case GAUGE, DISTRIBUTION_SUMMARY, OTHER -> name;
    };
  }
}
