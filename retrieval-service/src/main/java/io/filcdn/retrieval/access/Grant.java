package io.filcdn.retrieval.access;

import io.filcdn.retrieval.usage.KeyUse;
import java.util.Optional;

/**
 * The leave to fetch a piece.
 *
 * @param key that is used, and whose limits hold; empty where the piece is anyone's
 * @param byOrigin whether it was given for the origin of the page that asks
 */
public record Grant(Optional<KeyUse> key, boolean byOrigin) {

  /** Leave that anyone has. */
  public static final Grant PUBLIC = new Grant(Optional.empty(), false);
}
