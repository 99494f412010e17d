package io.filcdn.common.egress;

import io.filcdn.common.payment.DataSetId;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The partition of {@code filcdn.egress} that what is counted of a data set goes to. */
public final class EgressPartition {

  private EgressPartition() {}

  /**
   * The partition of a data set.
   *
   * @param partitions how many the topic has, at least 1
   */
  public static int of(DataSetId dataSet, int partitions) {
    CRC32C hash = new CRC32C();
    hash.update(dataSet.toString().getBytes(StandardCharsets.UTF_8));
    return (int) (hash.getValue() % partitions);
  }
}
