package io.filcdn.metrics.accounts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A key as its payer sees it, without its secrets.
 *
 * @param expires when it ends; absent where it does not by itself
 * @param revoked when it was taken back; absent where it was not
 * @param secrets those that were good at its last change, the newest last
 */
@JsonInclude(Include.NON_ABSENT)
public record KeyView(
    KeyId id,
    String name,
    Set<KeyScope> scopes,
    KeyLimits limits,
    Instant created,
    Optional<Instant> expires,
    Optional<Instant> revoked,
    List<SecretView> secrets) {

  /**
   * A secret of a key.
   *
   * @param expires when a rotation ends it; absent for the newest
   */
  @JsonInclude(Include.NON_ABSENT)
  public record SecretView(Optional<Instant> expires) {}

  /** The view of a key. */
  public static KeyView of(StoredKey key) {
    AccessKeyRecord record = key.record();
    return new KeyView(
        record.id(),
        key.name(),
        record.scopes(),
        record.limits(),
        record.created(),
        record.expires(),
        record.revoked(),
        record.secrets().stream().map(secret -> new SecretView(secret.expires())).toList());
  }
}
