package io.filcdn.retrieval.origin;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.usage.FillCharge.Supplied;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The bytes of a piece by who supplied them, in the order of their first. Not thread-safe. */
final class Contributions {

  private final Map<Origin, Long> all = new LinkedHashMap<>();

  /** The bytes that were told of already. */
  private final Map<Origin, Long> told = new HashMap<>();

  void add(Origin origin, long bytes) {
    all.merge(origin, bytes, Math::addExact);
  }

  long of(Origin origin) {
    return all.getOrDefault(origin, 0L);
  }

  Map<Origin, Long> all() {
    return all;
  }

  List<ProviderId> providers() {
    return all.keySet().stream().map(Origin::provider).distinct().toList();
  }

  /** The bytes added since this was last called. */
  List<Supplied> takeNew() {
    List<Supplied> added = new ArrayList<>();
    all.forEach(
        (origin, bytes) -> {
          long before = told.getOrDefault(origin, 0L);
          if (bytes > before) {
            added.add(new Supplied(origin.provider(), bytes - before));
          }
        });
    told.putAll(all);
    return added;
  }
}
