package io.filcdn.settlement.stage;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.testing.chain.ContractRevert;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetHistory;
import io.filcdn.testing.chain.DevnetReads;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;

/**
 * The indexer, as settlement hears it: it looks at the chain a few times a second and publishes the
 * data sets that changed. A test can have it stand still, and lie about a rail.
 */
public final class Index implements AutoCloseable {

  private static final String TOPPED_UP =
      "0x6b6e3adced39b19ee0a9f68ef785f7275ed75801e5f126964678fdf0f0552711";

  private final Devnet devnet;
  private final Topics topics;
  private final Map<Long, String> published = new ConcurrentHashMap<>();
  private final Map<Long, RailId> cdnRails = new ConcurrentHashMap<>();
  private final Map<Long, DevnetReads.DataSet> dataSets = new ConcurrentHashMap<>();
  private final Map<Long, Epoch> pdpEnds = new ConcurrentHashMap<>();
  private final Set<String> sanctioned = ConcurrentHashMap.newKeySet();
  private final Set<String> lostReports = ConcurrentHashMap.newKeySet();
  private volatile List<String> operators;
  private final AtomicLong version = new AtomicLong();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("index").factory());
  private volatile boolean paused;

  /** The last round's reading besides the chain, and the block up to which it went. */
  private String read = "";

  private String readBlock = "";

  Index(Devnet devnet, Topics topics) {
    this.devnet = devnet;
    this.topics = topics;
    this.operators = List.of(devnet.contracts().filBeamOperator());
    var _ = thread.scheduleWithFixedDelay(this::publishUnlessPaused, 0, 200, TimeUnit.MILLISECONDS);
  }

  /** Publishes a data set from now on. */
  public void add(long dataSet) {
    dataSets.put(dataSet, devnet.reads().dataSet(dataSet));
    finish(this::publishUnlessPaused);
  }

  /** Publishes a data set without reports, and never again. */
  public void publishOnce(long dataSet) {
    DevnetReads.DataSet found = devnet.reads().dataSet(dataSet);
    publish(
        found, List.of(), Set.of(), List.of(), List.of(topUpAtCreation(dataSet)), devnet.epoch());
  }

  /** Publishes another CDN rail than the data set's own. */
  public void pretendCdnRail(long dataSet, long rail) {
    cdnRails.put(dataSet, new RailId(rail));
    finish(this::publishUnlessPaused);
  }

  /** Does not know the report of this transaction, until it is found again. */
  public void lose(String transactionHash) {
    lostReports.add(transactionHash);
  }

  public void findAgain() {
    lostReports.clear();
  }

  /** Counts the reports of these operator contracts from now on; the last one is in office. */
  public void count(List<String> filBeamOperators) {
    operators = List.copyOf(filBeamOperators);
  }

  /** Says that a payer is sanctioned. */
  public void sanction(String payer) {
    sanctioned.add(payer);
    topics.send(
        Topic.PAYERS,
        payer,
        new PayerRecord(
            Address.of(payer),
            true,
            Optional.empty(),
            new AsOf(new BlockNumber(devnet.epoch()), version.incrementAndGet())));
  }

  /** Stands still from now on: a round that has begun is over when this returns. */
  public void pause() {
    paused = true;
    finish(() -> {});
  }

  public void resume() {
    paused = false;
  }

  /** Has the index's own thread do something, after what it does now. */
  private void finish(Runnable round) {
    try {
      thread.submit(round).get(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the index publishes", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the index does not publish", e);
    }
  }

  private void publishUnlessPaused() {
    if (paused) {
      return;
    }
    try {
      // the block before the height: what comes in between is read once more, not left out
      JsonNode block = devnet.rpc().call("eth_getBlockByNumber", "latest", false);
      String hash = block.path("hash").asString();
      String rest = "%s %s %s %s".formatted(dataSets.keySet(), operators, lostReports, cdnRails);
      if (rest.equals(read) && (hash.equals(readBlock) || isNextAndEmpty(block))) {
        readBlock = hash;
        return;
      }
      long head = devnet.epoch();
      List<List<DevnetHistory.UsageReport>> byOperator =
          operators.stream()
              .map(operator -> devnet.history().usageReports(operator, 0, head))
              .toList();
      List<DevnetHistory.UsageReport> reports =
          byOperator.stream()
              .flatMap(List::stream)
              .filter(report -> !lostReports.contains(report.transactionHash()))
              .toList();
      Set<String> inOffice =
          byOperator.getLast().stream()
              .map(DevnetHistory.UsageReport::transactionHash)
              .collect(Collectors.toSet());
      List<DevnetHistory.Settlement> settlements =
          operators.stream()
              .flatMap(operator -> devnet.history().settlements(operator, 0, head).stream())
              .toList();
      List<TopUp> topUps = topUps(head);
      dataSets
          .values()
          .forEach(dataSet -> publish(dataSet, reports, inOffice, settlements, topUps, head));
      read = rest;
      readBlock = hash;
    } catch (RuntimeException e) {
      // the chain is being rolled back under our feet: the next round sees it whole
    }
  }

  /** True where a block follows the one that was read, and changes nothing. */
  private boolean isNextAndEmpty(JsonNode block) {
    return block.path("parentHash").asString().equals(readBlock)
        && block.path("transactions").isEmpty();
  }

  private void publish(
      DevnetReads.DataSet dataSet,
      List<DevnetHistory.UsageReport> all,
      Set<String> inOffice,
      List<DevnetHistory.Settlement> allSettlements,
      List<TopUp> allTopUps,
      long head) {
    List<DevnetHistory.UsageReport> reports =
        all.stream().filter(report -> report.dataSetId() == dataSet.id()).toList();
    List<DevnetHistory.Settlement> settlements =
        allSettlements.stream().filter(each -> each.dataSetId() == dataSet.id()).toList();
    List<TopUp> topUps = allTopUps.stream().filter(each -> each.dataSet() == dataSet.id()).toList();
    boolean deleted = !devnet.reads().isDataSetLive(dataSet.id());
    Optional<Epoch> pdpEnd = pdpEndOf(dataSet, head);
    boolean withCdn = devnet.reads().dataSetMetadata(dataSet.id()).containsKey("withCDN");
    Optional<Epoch> cdnEnd = endOf(dataSet.cdnRailId());
    Optional<Epoch> missEnd = endOf(dataSet.cacheMissRailId());
    String state =
        "%s %s %s %s %s %s %s %s %s %s"
            .formatted(
                reports,
                inOffice,
                settlements,
                withCdn,
                cdnEnd,
                missEnd,
                cdnRails.get(dataSet.id()),
                topUps,
                deleted,
                pdpEnd);
    if (state.equals(published.get(dataSet.id()))) {
      return;
    }
    DataSetRecord record =
        new DataSetRecord(
            new DataSetId(Generation.FWSS, dataSet.id()),
            Address.of(dataSet.payer()),
            ProviderId.fwss(dataSet.providerId()),
            Address.of(dataSet.payee()),
            withCdn,
            deleted,
            Optional.of(rail(new RailId(dataSet.pdpRailId()), pdpEnd)),
            Optional.of(rail(new RailId(dataSet.cacheMissRailId()), missEnd)),
            Optional.of(
                rail(cdnRails.getOrDefault(dataSet.id(), new RailId(dataSet.cdnRailId())), cdnEnd)),
            new DataSetRecord.TopUps(
                sum(topUps, TopUp::cdn),
                TokenAmount.ZERO,
                sum(topUps, TopUp::cacheMiss),
                TokenAmount.ZERO),
            reported(reports),
            reports.stream()
                .filter(report -> inOffice.contains(report.transactionHash()))
                .map(report -> new Epoch(report.toEpoch()))
                .max(Comparator.naturalOrder()),
            settled(settlements),
            new AsOf(new BlockNumber(head), version.incrementAndGet()));
    topics.send(Topic.DATA_SETS, record.dataSet().toString(), record);
    published.put(dataSet.id(), state);
  }

  private record TopUp(long dataSet, BigInteger cdn, BigInteger cacheMiss) {}

  /** What FWSS locks up when a data set is made. */
  private static TopUp topUpAtCreation(long dataSet) {
    return new TopUp(dataSet, Devnet.tokens("0.7"), Devnet.tokens("0.3"));
  }

  /** All top-ups of the data sets that are published again and again. */
  private List<TopUp> topUps(long head) {
    if (dataSets.isEmpty()) {
      return List.of();
    }
    JsonNode logs =
        devnet
            .rpc()
            .call(
                "eth_getLogs",
                Map.of(
                    "address",
                    devnet.contracts().fwss(),
                    "fromBlock",
                    "0x0",
                    "toBlock",
                    "0x" + Long.toHexString(head),
                    "topics",
                    List.of(
                        TOPPED_UP, dataSets.keySet().stream().map("0x%064x"::formatted).toList())));
    return StreamSupport.stream(logs.spliterator(), false)
        .map(
            log ->
                new TopUp(
                    Numeric.toBigInt(log.at("/topics/1").asString()).longValueExact(),
                    word(log.path("data").asString(), 0),
                    word(log.path("data").asString(), 2)))
        .toList();
  }

  private static BigInteger word(String data, int index) {
    return new BigInteger(data.substring(2 + 64 * index, 2 + 64 * (index + 1)), 16);
  }

  private static TokenAmount sum(List<TopUp> topUps, Function<TopUp, BigInteger> kind) {
    return new TokenAmount(topUps.stream().map(kind).reduce(BigInteger.ZERO, BigInteger::add));
  }

  /** When storage ends; a rail that is finalised does not tell it any more. */
  private Optional<Epoch> pdpEndOf(DevnetReads.DataSet dataSet, long head) {
    try {
      long end = devnet.reads().rail(dataSet.pdpRailId()).endEpoch();
      if (end > 0) {
        pdpEnds.put(dataSet.id(), new Epoch(end));
      }
    } catch (ContractRevert e) {
      pdpEnds.putIfAbsent(dataSet.id(), new Epoch(head));
    }
    return Optional.ofNullable(pdpEnds.get(dataSet.id()));
  }

  private static DataSetRecord.Reported reported(List<DevnetHistory.UsageReport> reports) {
    return new DataSetRecord.Reported(
        ByteCount.ZERO,
        ByteCount.of(reports.stream().mapToLong(r -> r.cdnBytes().longValueExact()).sum()),
        ByteCount.ZERO,
        ByteCount.of(reports.stream().mapToLong(r -> r.cacheMissBytes().longValueExact()).sum()));
  }

  private static DataSetRecord.Settled settled(List<DevnetHistory.Settlement> settlements) {
    return new DataSetRecord.Settled(
        sum(settlements, DevnetHistory.Settlement.Rails.CDN),
        sum(settlements, DevnetHistory.Settlement.Rails.CACHE_MISS));
  }

  private static TokenAmount sum(
      List<DevnetHistory.Settlement> settlements, DevnetHistory.Settlement.Rails rail) {
    return settlements.stream()
        .filter(settlement -> settlement.rail() == rail)
        .map(settlement -> new TokenAmount(settlement.amount()))
        .reduce(TokenAmount.ZERO, TokenAmount::plus);
  }

  /** The end of a rail; empty while it lives, and where it is gone. */
  private Optional<Epoch> endOf(long rail) {
    try {
      long end = devnet.reads().rail(rail).endEpoch();
      return end == 0 ? Optional.empty() : Optional.of(new Epoch(end));
    } catch (ContractRevert e) {
      return Optional.empty();
    }
  }

  private static DataSetRecord.Rail rail(RailId id, Optional<Epoch> end) {
    return new DataSetRecord.Rail(id, end);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
