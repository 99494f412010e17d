package io.filcdn.indexer.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.indexer.chain.EventPosition;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.annotations.Immutable;

/** A row of {@code undecodable_logs}, which the projection writes and this room only reads. */
@Entity
@Immutable
@IdClass(UndecodableLogRow.Key.class)
@Table(name = "undecodable_logs")
@SuppressWarnings("NullAway.Init")
public class UndecodableLogRow extends PanacheEntityBase {

  private static final Pattern PLACE = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

  @Id
  @Column(name = "block_number")
  public long blockNumber;

  @Id
  @Column(name = "log_index")
  public long logIndex;

  @Column(name = "tx_hash")
  public String txHash;

  public String address;
  public String reason;
  public boolean malformed;

  /** The primary key. */
  public record Key(long blockNumber, long logIndex) {}

  /**
   * A log that is kept aside, as the API shows it.
   *
   * @param malformed whether it has its event's form, and only what it says cannot be
   */
  public record UndecodableLogView(
      BlockNumber block,
      long logIndex,
      TxHash txHash,
      Address contract,
      boolean malformed,
      String reason) {

    /** The place where it stands, as {@link #place(String)} reads it. */
    String place() {
      return block + "-" + logIndex;
    }
  }

  /**
   * Reads a block's number and a log's index: {@code 5459012-7}.
   *
   * @throws IllegalArgumentException where the text is anything else
   */
  static EventPosition place(String text) {
    Matcher place = PLACE.matcher(text);
    if (!place.matches()) {
      throw new IllegalArgumentException(
          "after: expected a log's place like 5459012-7, found \"%s\"".formatted(text));
    }
    return new EventPosition(
        new BlockNumber(Long.parseLong(place.group(1))), Long.parseLong(place.group(2)));
  }

  /** Up to {@code limit} of them in the chain's order, behind a place. */
  static List<UndecodableLogView> page(Optional<EventPosition> after, int limit) {
    return UndecodableLogRow.<UndecodableLogRow>find(
            "blockNumber > ?1 or blockNumber = ?1 and logIndex > ?2 order by blockNumber, logIndex",
            after.map(place -> place.block().value()).orElse(-1L),
            after.map(EventPosition::logIndex).orElse(-1L))
        .page(0, limit)
        .list()
        .stream()
        .map(
            row ->
                new UndecodableLogView(
                    new BlockNumber(row.blockNumber),
                    row.logIndex,
                    new TxHash(row.txHash),
                    new Address(row.address),
                    row.malformed,
                    row.reason))
        .toList();
  }
}
