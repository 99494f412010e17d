package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillBooks.Finding;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory.Settlement.Rails;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import io.filcdn.testing.infra.TopicContents;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The ledger of a stack: what metrics, settlement, the index and the chain say of the same. */
final class DrillLedger {

  private final Stack stack;
  private final Books books;

  DrillLedger(Stack stack, Books books) {
    this.stack = stack;
    this.books = books;
  }

  /** Compares all of it. */
  List<Finding> compare(List<DataSetOnChain> dataSets) {
    List<Finding> all = new ArrayList<>();
    for (DataSetOnChain dataSet : dataSets) {
      reported(all, dataSet);
      settled(all, dataSet);
      index(all, dataSet);
    }
    payees(all);
    putAside(all);
    return all;
  }

  private void reported(List<Finding> all, DataSetOnChain dataSet) {
    String of = " of " + dataSet.id();
    UsageRecord odometer = books.counted(dataSet.id());
    all.add(
        Finding.equal(
            "the chain was told what was counted" + of,
            odometer.cdnBytes().bytes(),
            dataSet.reported(UsageReport::cdnBytes)));
    all.add(
        Finding.equal(
            "the chain was told what providers supplied" + of,
            odometer.cacheMissBytes().bytes(),
            dataSet.reported(UsageReport::cacheMissBytes)));
    all.add(
        new Finding(
            "no more is reported than is paid in" + of,
            odometer.cdnBytes().bytes() <= dataSet.cdnGrant(),
            "%s of %d".formatted(odometer.cdnBytes(), dataSet.cdnGrant())));
  }

  /** Each byte that was reported was paid for, once. */
  private void settled(List<Finding> all, DataSetOnChain dataSet) {
    String of = " of " + dataSet.id();
    BigInteger cdn = stack.devnet().reads().cdnRatePerByte();
    BigInteger cacheMiss = stack.devnet().reads().cacheMissRatePerByte();
    all.add(
        Finding.equal(
            "what was reported was paid to the CDN" + of,
            price(dataSet, UsageReport::cdnBytes, cdn),
            sum(dataSet.settled(Rails.CDN))));
    all.add(
        Finding.equal(
            "what was reported was paid to providers" + of,
            price(dataSet, UsageReport::cacheMissBytes, cacheMiss),
            sum(dataSet.settled(Rails.CACHE_MISS))));
  }

  private static BigInteger price(
      DataSetOnChain dataSet, Function<UsageReport, BigInteger> kind, BigInteger rate) {
    return BigInteger.valueOf(dataSet.reported(kind)).multiply(rate);
  }

  private static BigInteger sum(List<BigInteger> amounts) {
    return amounts.stream().reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** The pieces that the index told of last are those on the chain, each by its number. */
  private void index(List<Finding> all, DataSetOnChain dataSet) {
    Map<Long, String> chain = new TreeMap<>();
    stack
        .devnet()
        .reads()
        .activePieces(dataSet.number())
        .forEach((id, piece) -> chain.put(id, PieceCid.fromBytes(piece.cidBytes()).toString()));
    Map<String, String> newest = new LinkedHashMap<>();
    for (ConsumerRecord<String, String> record :
        TopicContents.of(stack.kafka(), Topic.PLACEMENTS.topicName())) {
      newest.put(record.key(), record.value());
    }
    List<PlacementRecord> placed =
        newest.values().stream()
            .filter(value -> value != null)
            .map(value -> RecordJson.read(value, PlacementRecord.class))
            .filter(placement -> placement.dataSet().equals(dataSet.id()))
            .toList();
    Map<Long, String> index = new TreeMap<>();
    placed.forEach(
        placement -> index.put(placement.pieceId().number(), placement.pieceCid().toString()));
    all.add(
        new Finding(
            "the index has the pieces of " + dataSet.id(),
            chain.equals(index) && placed.size() == index.size(),
            "expected %d pieces, found %d".formatted(chain.size(), placed.size())));
    all.add(
        Finding.equal(
            "the index knows what was paid in for " + dataSet.id(),
            dataSet.cdnPaidIn(),
            toldOf(dataSet).units()));
  }

  private TokenAmount toldOf(DataSetOnChain dataSet) {
    TopUps newest =
        TopicContents.of(stack.kafka(), Topic.DATA_SETS.topicName()).stream()
            .filter(record -> record.key().equals(dataSet.id().toString()))
            .map(record -> RecordJson.read(record.value(), DataSetRecord.class).topUps())
            .reduce(TopUps.NONE, (_, next) -> next);
    return newest.cdnFinal().plus(newest.cdnUnfinal());
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
    BigInteger funds =
        payees.stream()
            .map(account -> stack.devnet().reads().funds(account.address()))
            .reduce(BigInteger.ZERO, BigInteger::add);
    all.add(
        Finding.equal(
            "payees of %s rails have what was settled".formatted(rails),
            stack.afterFee(rails),
            funds));
  }

  private void putAside(List<Finding> all) {
    URI settlement = stack.management("settlement");
    all.add(
        Finding.equal(
            "no data set is set aside",
            OptionalDouble.of(0),
            MetricsPage.find(settlement, "filcdn_settlement_set_aside")));
    all.add(
        Finding.equal(
            "reconciliation finds no difference",
            0.0,
            MetricsPage.sum(settlement, "filcdn_settlement_reconciliation_differences", "")));
  }
}
