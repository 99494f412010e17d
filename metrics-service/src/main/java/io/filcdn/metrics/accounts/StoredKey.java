package io.filcdn.metrics.accounts;

import io.filcdn.common.access.AccessKeyRecord;

/**
 * A key as it is kept.
 *
 * @param number larger than those of keys made before it
 * @param name what its payer calls it
 */
public record StoredKey(long number, String name, AccessKeyRecord record) {

  /** The same key after a change. */
  StoredKey with(AccessKeyRecord changed) {
    return new StoredKey(number, name, changed);
  }
}
