package io.filcdn.metrics.statement;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.service.paging.Page;
import java.util.List;

/** The place of a transaction in the list of a data set's, the newest first. */
public record TransactionPlace(Epoch epoch, TxHash txHash) {

  /** The place before all transactions. */
  public static final TransactionPlace START =
      new TransactionPlace(new Epoch(Long.MAX_VALUE), new TxHash("0x" + "f".repeat(64)));

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static TransactionPlace of(String text) {
    List<String> parts = Page.parts(text, 2);
    return new TransactionPlace(new Epoch(Page.number(parts.get(0))), TxHash.of(parts.get(1)));
  }

  @Override
  public String toString() {
    return "%d,%s".formatted(epoch.value(), txHash);
  }
}
