package io.filcdn.acceptance;

import static org.awaitility.Awaitility.await;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.DevnetHistory.Settlement;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import io.filcdn.testing.chain.DevnetProvider;
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

/** A data set with CDN of a test's own. */
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
    return onChain().id();
  }

  /** The facts that the chain tells of it. */
  DataSetOnChain onChain() {
    return new DataSetOnChain(number, stack);
  }

  long cdnGrant() {
    return onChain().cdnGrant();
  }

  List<UsageReport> reports() {
    return onChain().reports();
  }

  long reported(Function<UsageReport, BigInteger> kind) {
    return onChain().reported(kind);
  }

  List<BigInteger> settled(Settlement.Rails rail) {
    return onChain().settled(rail);
  }
}
