package io.filcdn.metrics.query;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.metrics.quota.PostgresLeaseJournals.Missing;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The audit of a data set's bytes: every number kept of them, side by side, and where two that
 * should agree do not.
 *
 * @param lastReportedEpoch absent while nothing was reported on chain
 * @param differences one sentence each; none where all agrees
 */
public record DataSetAudit(
    DataSetId dataSet,
    Optional<Epoch> asOf,
    Optional<Epoch> lastReportedEpoch,
    Part cdn,
    Part cacheMiss,
    List<String> differences) {

  /**
   * One of the two kinds of bytes.
   *
   * @param egress what the records of edges add up to, day by day
   * @param odometer what was counted of them
   * @param granted what was paid for
   * @param held what edges hold of it and have not used
   * @param remaining what of it was not used
   * @param reported what stands on chain, final or not
   * @param unreported odometer less reported
   * @param settled what was paid, in the token's smallest unit
   * @param holders the runs of edges that hold most of it
   */
  public record Part(
      BigInteger egress,
      BigInteger odometer,
      BigInteger granted,
      BigInteger held,
      BigInteger remaining,
      BigInteger reported,
      BigInteger unreported,
      TokenAmount settled,
      List<Holder> holders) {}

  /**
   * A run of an edge that holds quota. Which journal it writes is for operators only.
   *
   * @param expiresAt until when it may serve from it, unless it renews
   */
  public record Holder(String edge, Instant expiresAt, BigInteger held) {}

  /** The egress and leases of one kind of bytes, which stand beside the account. */
  record Leased(long egress, long held, List<Holder> holders) {}

  static DataSetAudit of(
      DataSetAccount account,
      Optional<DataSetRecord> told,
      Leased cdn,
      Leased cacheMiss,
      List<Missing> missing) {
    Part first =
        part(account.cdn(), cdn, told.map(t -> t.settled().cdn()).orElse(TokenAmount.ZERO));
    Part second =
        part(
            account.cacheMiss(),
            cacheMiss,
            told.map(t -> t.settled().cacheMiss()).orElse(TokenAmount.ZERO));
    List<String> differences = new ArrayList<>();
    if (told.isEmpty()) {
      differences.add("the index has not told of this data set");
    }
    differ("cdn", first, differences);
    differ("cacheMiss", second, differences);
    missing.forEach(lost -> differences.add(told(lost)));
    return new DataSetAudit(
        account.dataSet(),
        account.asOf(),
        account.lastReportedEpoch(),
        first,
        second,
        List.copyOf(differences));
  }

  private static Part part(DataSetAccount.Bytes bytes, Leased leased, TokenAmount settled) {
    return new Part(
        BigInteger.valueOf(leased.egress()),
        bytes.used(),
        bytes.granted(),
        BigInteger.valueOf(leased.held()),
        bytes.remaining(),
        bytes.reported(),
        bytes.unreported(),
        settled,
        leased.holders());
  }

  private static String told(Missing lost) {
    return "%s: %d records of edges are lost; up to %d bytes that they held may have been served and are not counted"
        .formatted(lost.quota(), lost.records(), lost.held());
  }

  private static void differ(String quota, Part part, List<String> differences) {
    if (!part.egress().equals(part.odometer())) {
      differences.add(
          "%s: records add up to %s bytes, the odometer shows %s"
              .formatted(quota, part.egress(), part.odometer()));
    }
    if (part.odometer().compareTo(part.granted()) > 0) {
      differences.add(
          "%s: %s bytes were paid for, the odometer shows %s"
              .formatted(quota, part.granted(), part.odometer()));
    }
    if (part.unreported().signum() < 0) {
      differences.add(
          "%s: %s bytes stand on chain, the odometer shows %s"
              .formatted(quota, part.reported(), part.odometer()));
    }
    BigInteger held =
        part.holders().stream().map(Holder::held).reduce(BigInteger.ZERO, BigInteger::add);
    if (held.compareTo(part.held()) > 0) {
      differences.add(
          "%s: %s bytes are held, journals hold %s".formatted(quota, part.held(), held));
    }
  }
}
