package io.filcdn.common.access;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import java.time.Instant;
import java.util.Optional;

/**
 * A policy on {@code filcdn.access.policies}: the rules by which a payer's pieces are fetched on
 * his account, as his wallet signed them. Without one, everyone may fetch.
 *
 * <p>It has to be read strictly ({@code RecordJson.readStrictly}): a reader that passed over a
 * limit which it does not know would read it as none, and has to refuse all requests under the
 * policy instead.
 *
 * @param payer whose data sets it is for
 * @param dataSet for which it is; absent where it is for all that have none of their own
 * @param delegate who may sign tokens; always there where access is {@code signed}
 * @param notBefore before it, nobody is served
 * @param expires from it on, nobody is served
 * @param serial of two records of a policy the higher is the newer; at least 1
 */
public record PolicyRecord(
    Address payer,
    Optional<DataSetId> dataSet,
    PolicyAccess access,
    Optional<DelegateKey> delegate,
    Optional<Instant> notBefore,
    Optional<Instant> expires,
    PolicyLimits limits,
    long serial) {

  public PolicyRecord {
    requireNonNull(payer, "payer is missing");
    requireNonNull(access, "access is missing");
    requireNonNull(limits, "limits is missing");
    if (serial < 1) {
      throw new IllegalArgumentException("expected a serial of at least 1, found " + serial);
    }
    if (access == PolicyAccess.SIGNED && delegate.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a delegate's key where access is signed, found none");
    }
    if (expires.isPresent()
        && notBefore.filter(start -> !start.isBefore(expires.get())).isPresent()) {
      throw new IllegalArgumentException("expected expires after notBefore, found another time");
    }
  }

  /** The policy's name. */
  public PolicyKey name() {
    return new PolicyKey(payer, dataSet);
  }

  /** True in the time for which it is meant. */
  public boolean isInForce(Instant now) {
    return notBefore.filter(now::isBefore).isEmpty()
        && expires.filter(end -> !now.isBefore(end)).isEmpty();
  }

  /** True where everyone may fetch for good, so that caches may keep an answer for others. */
  public boolean letsEveryoneIn() {
    return access == PolicyAccess.PUBLIC
        && expires.isEmpty()
        && limits.origins().isEmpty()
        && limits.networks().isEmpty();
  }

  /** The record's key on its topic. */
  public String key() {
    return name().toString();
  }
}
