package io.filcdn.acceptance;

import static org.awaitility.Awaitility.await;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.stack.chain.DevnetHistory.Settlement;
import io.filcdn.stack.chain.DevnetHistory.UsageReport;
import io.filcdn.stack.chain.DevnetProvider;
import io.filcdn.stack.chain.Piece;
import io.filcdn.stack.provider.DemoProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** A data set with CDN of a test's own, and what the chain tells of it. */
record TestDataSet(
    long number, String payer, Stack stack, DemoProvider provider, DevnetProvider deeds) {

  private static final Duration INDEXED_WITHIN = Duration.ofSeconds(60);

  /** Stores a piece, puts it on the chain, and waits until the edge knows it. */
  PieceCid add(byte[] bytes) {
    try {
      PieceCid cid = provider.store(new ByteArrayInputStream(bytes));
      deeds.addPieces(number, List.of(Piece.of(cid.bytes())));
      await().atMost(INDEXED_WITHIN).until(() -> Client.head(url(cid)).status() == 200);
      return cid;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI url(PieceCid cid) {
    return stack.url(payer, cid);
  }

  DataSetId id() {
    return DataSetId.of("fwss/" + number);
  }

  /** What the chain was told that was served of it. */
  List<UsageReport> reports() {
    return stack.devnet().history().usageReports(0, stack.devnet().epoch()).stream()
        .filter(report -> report.dataSetId() == number)
        .toList();
  }

  long reported(Function<UsageReport, BigInteger> kind) {
    return reports().stream().map(kind).reduce(BigInteger.ZERO, BigInteger::add).longValueExact();
  }

  /** What was paid for it along one rail, each before the fee. */
  List<BigInteger> settled(Settlement.Rails rail) {
    return stack.devnet().history().settlements(0, stack.devnet().epoch()).stream()
        .filter(settlement -> settlement.dataSetId() == number && settlement.rail() == rail)
        .map(Settlement::amount)
        .toList();
  }
}
