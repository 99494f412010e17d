package io.filcdn.acceptance;

import static org.awaitility.Awaitility.await;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.DevnetHistory.Settlement;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import io.filcdn.testing.chain.DevnetProvider;
import io.filcdn.testing.chain.DevnetReads;
import io.filcdn.testing.chain.Piece;
import io.filcdn.testing.provider.DemoProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** A data set with CDN of a test's own, and what the chain tells of it. */
record TestDataSet(
    long number, String payer, Stack stack, DemoProvider provider, DevnetProvider deeds) {

  private static final Duration INDEXED_WITHIN = Duration.ofSeconds(60);

  /** Stores a piece, puts it on the chain, and waits until the edge knows it. */
  PieceCid add(byte[] bytes) {
    return addAll(List.of(bytes)).getFirst();
  }

  /** The same with several at once. */
  List<PieceCid> addAll(List<byte[]> pieces) {
    List<PieceCid> cids = pieces.stream().map(this::store).toList();
    place(cids);
    return cids;
  }

  /** The same with a file. */
  PieceCid add(Path file) {
    try (InputStream bytes = Files.newInputStream(file)) {
      PieceCid cid = provider.store(bytes);
      place(List.of(cid));
      return cid;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void place(List<PieceCid> cids) {
    place(cids, 200);
  }

  /**
   * Puts pieces on the chain that its provider has, and waits until the edge knows them.
   *
   * @param status which it then answers to who shows nothing
   */
  void place(List<PieceCid> cids, int status) {
    deeds.addPieces(number, cids.stream().map(cid -> Piece.of(cid.bytes())).toList());
    for (PieceCid cid : cids) {
      await().atMost(INDEXED_WITHIN).until(() -> Client.head(url(cid)).status() == status);
    }
  }

  /** Hands a piece to its provider. */
  PieceCid store(byte[] bytes) {
    try {
      return provider.store(new ByteArrayInputStream(bytes));
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

  /** The egress that its CDN rail pays for, in bytes. */
  long cdnGrant() {
    DevnetReads reads = stack.devnet().reads();
    return reads
        .rail(reads.dataSet(number).cdnRailId())
        .lockupFixed()
        .divide(reads.cdnRatePerByte())
        .longValueExact();
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
