package io.filcdn.retrieval.usage;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters of bytes by name, of which there may be any number: each of the first names has one of
 * its own, all others have one together. Safe for use by several threads.
 */
final class NamedBytes<N> {

  private static final String OTHERS = "other";

  private final MeterRegistry meters;
  private final String meter;
  private final String label;
  private final int places;
  private final Map<N, Place> named = new ConcurrentHashMap<>();
  private final LongAdder others = new LongAdder();

  /** The counter of one name, and what it showed when it was last looked at. */
  private static final class Place {
    final LongAdder bytes = new LongAdder();
    final FunctionCounter shown;
    long seen = -1;

    Place(NamedBytes<?> of, String name) {
      shown = of.show(name, bytes);
    }
  }

  /**
   * @param meter the name of the metric
   * @param label the label that has the names
   * @param places how many names have a counter of their own at a time
   */
  NamedBytes(MeterRegistry meters, String meter, String label, int places) {
    this.meters = meters;
    this.meter = meter;
    this.label = label;
    this.places = places;
    show(OTHERS, others);
  }

  /** The counter for a name; to be asked for once a response or fetch. */
  LongAdder of(N name) {
    Place place = named.get(name);
    if (place != null) {
      return place.bytes;
    }
    return named.size() < places ? take(name) : others;
  }

  private synchronized LongAdder take(N name) {
    Place place = named.get(name);
    if (place == null && named.size() < places) {
      place = new Place(this, name.toString());
      named.put(name, place);
    }
    return place == null ? others : place.bytes;
  }

  /** Takes their places from names that have moved nothing since this was last called. */
  synchronized void leaveOutIdle() {
    named.values().removeIf(this::isIdle);
  }

  private boolean isIdle(Place place) {
    long before = place.seen;
    place.seen = place.bytes.sum();
    boolean idle = place.seen == before;
    if (idle) {
      meters.remove(place.shown);
    }
    return idle;
  }

  private FunctionCounter show(String name, LongAdder bytes) {
    return FunctionCounter.builder(meter, bytes, LongAdder::sum).tag(label, name).register(meters);
  }
}
