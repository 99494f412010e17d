package io.filcdn.acceptance;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.testing.chain.DevnetHistory.Settlement;
import io.filcdn.testing.chain.DevnetHistory.TopUp;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;

/** A data set as the chain tells of it. */
record DataSetOnChain(long number, Stack stack) {

  DataSetId id() {
    return DataSetId.of("fwss/" + number);
  }

  /** The egress that was ever paid into its CDN rail, in bytes. */
  long cdnGrant() {
    return cdnPaidIn().divide(stack.devnet().reads().cdnRatePerByte()).longValueExact();
  }

  /** All that was ever paid into its CDN rail. */
  BigInteger cdnPaidIn() {
    return stack.devnet().history().topUps(0, stack.devnet().epoch()).stream()
        .filter(topUp -> topUp.dataSetId() == number)
        .map(TopUp::cdn)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** The usage that the chain was told of it. */
  List<UsageReport> reports() {
    return stack.devnet().history().usageReports(0, stack.devnet().epoch()).stream()
        .filter(report -> report.dataSetId() == number)
        .toList();
  }

  long reported(Function<UsageReport, BigInteger> kind) {
    return reports().stream().map(kind).reduce(BigInteger.ZERO, BigInteger::add).longValueExact();
  }

  /** The payments for it along one rail, each before the fee. */
  List<BigInteger> settled(Settlement.Rails rail) {
    return stack.devnet().history().settlements(0, stack.devnet().epoch()).stream()
        .filter(settlement -> settlement.dataSetId() == number && settlement.rail() == rail)
        .map(Settlement::amount)
        .toList();
  }
}
