package io.filcdn.metrics.policies;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.policies.StoredPolicy.CapUse;
import java.time.Instant;
import java.util.Optional;

/**
 * A policy as its payer sees it.
 *
 * @param dataSet absent for all data sets that have no policy of their own
 * @param delegate the {@code kid} of the key that may sign tokens; absent where nobody may
 * @param notBefore absent where it is in force from the beginning
 * @param expires absent where it does not end by itself
 * @param used of the caps on all together, as far as edges told; of policies of a data set alone,
 *     as a general one holds for each of several
 */
@JsonInclude(Include.NON_ABSENT)
public record PolicyView(
    Optional<DataSetId> dataSet,
    PolicyAccess access,
    Optional<String> delegate,
    Optional<Instant> notBefore,
    Optional<Instant> expires,
    PolicyLimits limits,
    long serial,
    Optional<CapUse> used) {

  /** The view of a policy that is kept. */
  public static PolicyView of(StoredPolicy policy) {
    return of(policy.record(), policy.record().dataSet().map(_ -> policy.used()));
  }

  /** The view of a policy that was just set. */
  static PolicyView of(PolicyRecord policy) {
    return of(policy, Optional.empty());
  }

  private static PolicyView of(PolicyRecord policy, Optional<CapUse> used) {
    return new PolicyView(
        policy.dataSet(),
        policy.access(),
        policy.delegate().map(DelegateKey::kid),
        policy.notBefore(),
        policy.expires(),
        policy.limits(),
        policy.serial(),
        used);
  }
}
