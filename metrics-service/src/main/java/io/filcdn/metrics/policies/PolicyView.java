package io.filcdn.metrics.policies;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.payment.DataSetId;
import java.time.Instant;
import java.util.Optional;

/**
 * A policy as its payer sees it.
 *
 * @param dataSet absent for all data sets that have no policy of their own
 * @param delegate the {@code kid} of the key that may sign tokens; absent where nobody may
 * @param notBefore absent where it is in force from the beginning
 * @param expires absent where it does not end by itself
 */
@JsonInclude(Include.NON_ABSENT)
public record PolicyView(
    Optional<DataSetId> dataSet,
    PolicyAccess access,
    Optional<String> delegate,
    Optional<Instant> notBefore,
    Optional<Instant> expires,
    PolicyLimits limits,
    long serial) {

  /** The view of a policy. */
  public static PolicyView of(PolicyRecord policy) {
    return new PolicyView(
        policy.dataSet(),
        policy.access(),
        policy.delegate().map(DelegateKey::kid),
        policy.notBefore(),
        policy.expires(),
        policy.limits(),
        policy.serial());
  }
}
