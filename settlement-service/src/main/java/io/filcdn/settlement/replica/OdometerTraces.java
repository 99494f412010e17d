package io.filcdn.settlement.replica;

import io.filcdn.common.payment.DataSetId;
import io.opentelemetry.api.trace.SpanContext;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The spans by which odometers came here, where they are traced, so that a report goes on with
 * their trace. In memory alone, and of the data sets that were told of last: after a restart a
 * report of what was read before is in no request's trace.
 */
@Singleton
public final class OdometerTraces {

  private static final int MOST = 10_000;

  /** Guarded by this. */
  private final Map<DataSetId, SpanContext> spans =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<DataSetId, SpanContext> eldest) {
          return size() > MOST;
        }
      };

  /** Keeps the span by which a data set's odometer came. */
  public synchronized void keep(DataSetId dataSet, SpanContext span) {
    spans.remove(dataSet);
    spans.put(dataSet, span);
  }

  /** The spans by which odometers of these data sets came, each once. */
  public synchronized List<SpanContext> of(Collection<DataSetId> dataSets) {
    return spans.isEmpty()
        ? List.of()
        : dataSets.stream().map(spans::get).filter(Objects::nonNull).distinct().toList();
  }

  /** Forgets data sets that were reported. */
  public synchronized void forget(Collection<DataSetId> dataSets) {
    dataSets.forEach(spans::remove);
  }
}
