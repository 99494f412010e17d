package io.filcdn.settlement.alarm;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * The means to raise alarms: a counter for each kind, and one line in the log. The counter is there
 * from the start, as an increase from nothing is none to whoever watches.
 */
@Startup
@ApplicationScoped
public class Alarms {

  private static final Logger LOG = Logger.getLogger(Alarms.class);

  private final Map<Alarm, Counter> counters = new EnumMap<>(Alarm.class);

  Alarms(MeterRegistry meters) {
    for (Alarm alarm : Alarm.values()) {
      counters.put(
          alarm,
          Counter.builder("filcdn.settlement.alarms")
              .description("What an operator should look at")
              .tag("alarm", alarm.toString())
              .register(meters));
    }
  }

  /**
   * Raises an alarm.
   *
   * @param message what was expected and what was found, with the ids concerned
   */
  public void raise(Alarm alarm, String message) {
    Objects.requireNonNull(counters.get(alarm)).increment();
    LOG.warnf("alarm=%s %s", alarm, message);
  }
}
