package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillHarm.Lost;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory.Settlement.Rails;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import io.filcdn.testing.infra.TopicContents;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The books after a drill: what clients, edges, metrics, settlement and chain say of the same. */
final class DrillBooks {

  private final Stack stack;
  private final List<URI> edges;
  private final Books books;

  /**
   * A promise, and what became of it.
   *
   * @param detail what was expected and found
   */
  record Finding(String promise, boolean kept, String detail) {}

  /**
   * @param edges the management URLs of all edges
   */
  DrillBooks(Stack stack, List<URI> edges) {
    this.stack = stack;
    this.edges = List.copyOf(edges);
    this.books = new Books(stack);
  }

  /** The gauges of what is still under way; none where all is quiet. */
  List<String> unfinished() {
    List<String> all = new ArrayList<>();
    for (URI edge : edges) {
      for (String gauge :
          List.of(
              "filcdn_requests",
              "filcdn_fills",
              "filcdn_fills_abandoned_bytes",
              "filcdn_journal_records")) {
        nonzero(all, edge, gauge);
      }
    }
    nonzero(all, stack.management("metrics"), "filcdn_intake_lag_records");
    nonzero(all, stack.management("metrics"), "filcdn_egress_parked_records");
    nonzero(all, stack.management("indexer"), "filcdn_indexer_outbox_rows");
    nonzero(all, stack.management("settlement"), "filcdn_intake_lag_records");
    nonzero(all, stack.management("settlement"), "filcdn_settlement_unreported_bytes");
    nonzero(all, stack.management("settlement"), "filcdn_settlement_transactions_pending");
    return all;
  }

  private static void nonzero(List<String> all, URI management, String gauge) {
    double value = MetricsPage.sum(management, gauge, "");
    if (value != 0) {
      all.add("%s %.0f".formatted(gauge, value));
    }
  }

  /** Compares all of them. */
  List<Finding> compare(List<TestDataSet> dataSets, DrillClients clients, List<Lost> lost) {
    List<Finding> all = new ArrayList<>();
    all.add(
        new Finding(
            "each byte that a client got is right",
            clients.wrong().isEmpty(),
            "" + clients.wrong()));
    for (TestDataSet dataSet : dataSets) {
      bytes(all, dataSet, clients, lost);
      all.addAll(told(dataSet.onChain()));
    }
    all.addAll(standing(dataSets.stream().map(TestDataSet::onChain).toList()));
    int letters = TopicContents.of(stack.kafka(), Topic.DEAD_LETTERS.topicName()).size();
    all.add(new Finding("no record is put aside", letters == 0, letters + " dead letters"));
    return all;
  }

  /** Compares what does not need all that edges ever told. */
  List<Finding> standing(List<DataSetOnChain> dataSets) {
    List<Finding> all = new ArrayList<>();
    for (DataSetOnChain dataSet : dataSets) {
      reported(all, dataSet);
      index(all, dataSet);
    }
    payees(all);
    putAside(all);
    return all;
  }

  private void bytes(
      List<Finding> all, TestDataSet dataSet, DrillClients clients, List<Lost> lost) {
    String of = " of data set " + dataSet.number();
    long taken = clients.bytes(dataSet.id());
    long egress = books.egressBytes(dataSet.id());
    long unbilled = books.unbilledBytes(dataSet.id());
    long most = taken + clients.left(dataSet.id()) * SocketBuffers.mostBilledUnread();
    all.add(
        new Finding(
            "no more is billed than clients took" + of,
            egress <= most,
            "billed %d, taken %d, at most %d".formatted(egress, taken, most)));
    long unwritten = clients.unwritten(dataSet.id(), lost);
    all.add(
        new Finding(
            "no more is lost than crashes can" + of,
            egress + unbilled + unwritten >= taken,
            "billed %d, unbilled %d, taken %d, in crashes at most %d"
                .formatted(egress, unbilled, taken, unwritten)));
  }

  /** Compares what edges told with what metrics counted of it. */
  List<Finding> told(DataSetOnChain dataSet) {
    List<Finding> all = new ArrayList<>();
    String of = " of data set " + dataSet.number();
    UsageRecord odometer = odometer(dataSet);
    equal(
        all,
        "metrics counted what edges tell" + of,
        books.egressBytes(dataSet.id()),
        odometer.cdnBytes());
    equal(
        all,
        "metrics counted what providers supplied" + of,
        books.fillBytes(dataSet.id()),
        odometer.cacheMissBytes());
    return all;
  }

  private UsageRecord odometer(DataSetOnChain dataSet) {
    return books
        .odometer(dataSet.id())
        .orElseThrow(() -> new AssertionError("nothing was counted of " + dataSet.id()));
  }

  private void reported(List<Finding> all, DataSetOnChain dataSet) {
    String of = " of data set " + dataSet.number();
    UsageRecord odometer = odometer(dataSet);
    equal(
        all,
        "the chain was told what was counted" + of,
        dataSet.reported(UsageReport::cdnBytes),
        odometer.cdnBytes());
    equal(
        all,
        "the chain was told what providers supplied" + of,
        dataSet.reported(UsageReport::cacheMissBytes),
        odometer.cacheMissBytes());
    all.add(
        new Finding(
            "no more is reported than is paid in" + of,
            odometer.cdnBytes().bytes() <= dataSet.cdnGrant(),
            "%s of %d".formatted(odometer.cdnBytes(), dataSet.cdnGrant())));
  }

  private static void equal(List<Finding> all, String promise, long expected, ByteCount found) {
    all.add(
        new Finding(
            promise,
            expected == found.bytes(),
            "expected %d, found %d".formatted(expected, found.bytes())));
  }

  /** The pieces that the index told of last are those on the chain. */
  private void index(List<Finding> all, DataSetOnChain dataSet) {
    Set<String> chain =
        stack.devnet().reads().activePieces(dataSet.number()).values().stream()
            .map(piece -> PieceCid.fromBytes(HexFormat.of().parseHex(piece.cid())).toString())
            .collect(Collectors.toCollection(TreeSet::new));
    Map<String, String> newest = new LinkedHashMap<>();
    for (ConsumerRecord<String, String> record :
        TopicContents.of(stack.kafka(), Topic.PLACEMENTS.topicName())) {
      newest.put(record.key(), record.value());
    }
    Set<String> index =
        newest.values().stream()
            .filter(value -> value != null)
            .map(value -> RecordJson.read(value, PlacementRecord.class))
            .filter(placement -> placement.dataSet().equals(dataSet.id()))
            .map(placement -> placement.pieceCid().toString())
            .collect(Collectors.toCollection(TreeSet::new));
    all.add(
        new Finding(
            "the index has the pieces of data set " + dataSet.number(),
            chain.equals(index),
            "expected %d pieces, found %d".formatted(chain.size(), index.size())));
  }

  /** All that was ever paid along rails, less the fee, is what their payees have. */
  private void payees(List<Finding> all) {
    paid(all, Rails.CDN, List.of(DevnetAccount.CDN_BENEFICIARY));
    paid(
        all,
        Rails.CACHE_MISS,
        List.of(DevnetAccount.PAYEE, DevnetAccount.SECOND_PAYEE, DevnetAccount.DEPLOYER));
  }

  private void paid(List<Finding> all, Rails rails, List<DevnetAccount> payees) {
    BigInteger settled = stack.afterFee(rails);
    BigInteger funds =
        payees.stream()
            .map(account -> stack.devnet().reads().funds(account.address()))
            .reduce(BigInteger.ZERO, BigInteger::add);
    all.add(
        new Finding(
            "payees of %s rails have what was settled".formatted(rails),
            settled.equals(funds),
            "expected %s, found %s".formatted(settled, funds)));
  }

  private void putAside(List<Finding> all) {
    URI settlement = stack.management("settlement");
    double aside = MetricsPage.sum(settlement, "filcdn_settlement_set_aside", "");
    all.add(new Finding("no data set is set aside", aside == 0, "%.0f data sets".formatted(aside)));
    double differences =
        MetricsPage.sum(settlement, "filcdn_settlement_reconciliation_differences", "");
    all.add(
        new Finding(
            "reconciliation finds no difference",
            differences == 0,
            "%.0f differences".formatted(differences)));
  }
}
