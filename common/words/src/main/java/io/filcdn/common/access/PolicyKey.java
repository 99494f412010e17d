package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import java.util.Optional;

/**
 * The name of a policy, and its record's key: {@code payer/generation/number}, or {@code payer/*}.
 *
 * @param payer whose policy it is
 * @param dataSet for which it is; empty for all of the payer's data sets that have none of their
 *     own
 */
public record PolicyKey(Address payer, Optional<DataSetId> dataSet) {

  private static final String ALL = "*";

  /** The policy of a data set. */
  public static PolicyKey of(Address payer, DataSetId dataSet) {
    return new PolicyKey(payer, Optional.of(dataSet));
  }

  /** The policy of data sets that have none of their own. */
  public static PolicyKey general(Address payer) {
    return new PolicyKey(payer, Optional.empty());
  }

  /**
   * Reads a name.
   *
   * @throws IllegalArgumentException where the text is none
   */
  @JsonCreator
  public static PolicyKey of(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "expected a policy's name as payer/generation/number or payer/*, found another");
    }
    Address payer = Address.of(text.substring(0, slash));
    String rest = text.substring(slash + 1);
    return rest.equals(ALL) ? general(payer) : of(payer, DataSetId.of(rest));
  }

  @JsonValue
  @Override
  public String toString() {
    return payer + "/" + dataSet.map(DataSetId::toString).orElse(ALL);
  }
}
