package io.filcdn.retrieval.access;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.usage.Cap;
import io.filcdn.retrieval.usage.EgressKey;
import io.filcdn.retrieval.usage.KeyUse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The leave to fetch a piece.
 *
 * @param key that is used, and whose limits hold; empty where none is
 * @param caps of policies and signed tokens, by the data set that pays; those without are left out
 * @param byOrigin whether it was given for the origin of the page that asks
 * @param restricted whether a policy or gate keeps others from fetching, so that nobody may keep
 *     the answer for them
 */
public record Grant(
    Optional<KeyUse> key, Map<DataSetId, List<Cap>> caps, boolean byOrigin, boolean restricted) {

  /** Leave that anyone has. */
  public static final Grant PUBLIC = new Grant(Optional.empty(), false);

  /** Leave to fetch what nothing keeps others from. */
  public Grant(Optional<KeyUse> key, boolean byOrigin) {
    this(key, byOrigin, false);
  }

  /** Leave under no cap but the key's. */
  public Grant(Optional<KeyUse> key, boolean byOrigin, boolean restricted) {
    this(key, Map.of(), byOrigin, restricted);
  }

  /** The same under another's conditions, too. */
  Grant under(Grant other) {
    return new Grant(
        key, with(other.caps), byOrigin || other.byOrigin, restricted || other.restricted);
  }

  private Map<DataSetId, List<Cap>> with(Map<DataSetId, List<Cap>> others) {
    if (others.isEmpty() || caps.isEmpty()) {
      return caps.isEmpty() ? others : caps;
    }
    Map<DataSetId, List<Cap>> all = new HashMap<>(caps);
    all.putAll(others);
    return Map.copyOf(all);
  }

  /** The caps of policies and tokens where a data set pays. */
  public List<Cap> caps(DataSetId dataSet) {
    return caps.isEmpty() ? List.of() : caps.getOrDefault(dataSet, List.of());
  }

  /** The quotas that each byte is taken from where a data set pays. */
  public List<QuotaName> quotas(DataSetId dataSet) {
    return EgressKey.quotas(dataSet, key, caps(dataSet));
  }

  /** The bytes that a cap allows: the key's, or another where a data set pays. */
  public long allowed(DataSetId dataSet, QuotaName name) {
    List<Cap> ofKey = key.map(KeyUse::caps).orElse(List.of());
    for (List<Cap> each : List.of(ofKey, caps(dataSet))) {
      for (Cap cap : each) {
        if (cap.name().equals(name)) {
          return cap.bytes();
        }
      }
    }
    throw new IllegalArgumentException("expected a cap of this leave, found " + name);
  }
}
