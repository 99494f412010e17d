package io.filcdn.settlement.monitoring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The values of gauges; each gauge is registered when its value is first set. */
@Singleton
final class Gauges {

  private static final String PREFIX = "filcdn.settlement.";

  private final MeterRegistry meters;
  private final Map<String, Double> values = new ConcurrentHashMap<>();

  Gauges(MeterRegistry meters) {
    this.meters = meters;
  }

  void set(String name, Number value) {
    set(name, Tags.empty(), value);
  }

  void set(String name, Tags tags, Number value) {
    String id = name + tags;
    if (values.put(id, value.doubleValue()) == null) {
      Gauge.builder(PREFIX + name, () -> values.getOrDefault(id, Double.NaN))
          .tags(tags)
          .register(meters);
    }
  }
}
