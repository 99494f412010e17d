package io.filcdn.retrieval.access;

import io.filcdn.retrieval.usage.KeyUse;
import java.util.Optional;

/**
 * The leave to fetch a piece.
 *
 * @param key that is used, and whose limits hold; empty where none is
 * @param byOrigin whether it was given for the origin of the page that asks
 * @param restricted whether a policy or gate keeps others from fetching, so that nobody may keep
 *     the answer for them
 */
public record Grant(Optional<KeyUse> key, boolean byOrigin, boolean restricted) {

  /** Leave that anyone has. */
  public static final Grant PUBLIC = new Grant(Optional.empty(), false);

  /** Leave to fetch what nothing keeps others from. */
  public Grant(Optional<KeyUse> key, boolean byOrigin) {
    this(key, byOrigin, false);
  }

  /** The same under another's conditions, too. */
  Grant under(Grant other) {
    return new Grant(key, byOrigin || other.byOrigin, restricted || other.restricted);
  }
}
