package io.filcdn.indexer;

import static io.filcdn.indexer.Patience.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeLog;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.fake.FakeNode.Lie;
import io.filcdn.indexer.fake.FakePieces;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.jobs.IndexingLoop.Turn;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.testing.infra.Infra;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random chains with reorgs and null rounds; two nodes that fail, lie, and leave logs out for a
 * while; hints in any order; network files with other operators in office; and an indexer that is
 * killed at any database or RPC call. What it ends with is what an undisturbed one reads off the
 * final chain. On every second chain no reorg is deeper than a creation has to be before edges
 * serve: there nothing is ever served on a number that then is another payer's. {@code
 * -Dfilcdn.simulation.seeds=N} runs N of them, {@code -Dfilcdn.simulation.first=S} from seed S on.
 */
@SuppressWarnings("NullAway.Init")
class SimulationIT {

  private static final int STEPS = 120;
  private static final List<Lie> LIES = List.copyOf(EnumSet.complementOf(EnumSet.of(Lie.NO_LOGS)));
  private static final List<String> METHODS =
      List.of("eth_chainId", "eth_getBlockByNumber", "eth_getLogs");

  private static Infra infra;
  private static Producer<String, String> producer;

  @BeforeAll
  static void startInfrastructure() {
    infra = Infra.start();
    producer = TestIndexer.producer(infra.kafka().bootstrapServers());
  }

  @AfterAll
  static void stopInfrastructure() {
    producer.close();
    infra.close();
  }

  static LongStream seeds() {
    return LongStream.iterate(Long.getLong("filcdn.simulation.first", 1), seed -> seed + 1)
        .limit(Long.getLong("filcdn.simulation.seeds", 4));
  }

  static LongStream moreSeeds() {
    return LongStream.rangeClosed(5, 20);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverHappensTheIndexIsTheFoldOfTheChain(long seed) {
    simulate(seed);
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("moreSeeds")
  void whateverElseHappensTheIndexIsTheFoldOfTheChain(long seed) {
    simulate(seed);
  }

  private static void simulate(long seed) {
    FakeChain chain = new FakeChain().block().finalUpTo(0);
    try (Tables tables = Tables.fresh(infra.postgres().jdbcUrl("indexer"));
        FakeNode node = FakeNode.start(chain);
        FakeNode second = FakeNode.start(chain);
        Topics topics = Topics.from(infra.kafka().bootstrapServers(), false)) {
      try (World world = new World(seed, chain, List.of(node, second), tables)) {
        world.live();
        world.assertThatNobodyPaysForAnother();
      }

      assertThat(tables.content()).isEqualTo(undisturbed(node));
      PublishedIndex.assertEqual(topics, tables);
    }
  }

  private static Object undisturbed(FakeNode node) {
    RangePlanner wide = new RangePlanner(new BlockNumber(0), 1000, 1000);
    try (Tables fresh = Tables.fresh(infra.postgres().jdbcUrl("metrics"));
        TestIndexer indexer =
            new TestIndexer(fresh.source(), producer, Contracts.network(node.url()), wide)) {
      indexer.catchUp();
      return fresh.content();
    }
  }

  /** One seed's world: what happens in it, and the indexer that lives through it. */
  private static final class World implements AutoCloseable {

    private final Random random;
    private final FakeChain chain;
    private final List<FakeNode> nodes;
    private final CrashingDataSource database;
    private TestIndexer indexer;

    private final Tables tables;
    private final boolean isShallow;
    private long highest;

    /** Who pays for each number that was created; on a real chain each is created once. */
    private final Map<Long, Address> payers = new HashMap<>();

    /** Who held a number while the index told edges to serve it. */
    private final Map<String, Set<String>> served = new HashMap<>();

    World(long seed, FakeChain chain, List<FakeNode> nodes, Tables tables) {
      random = new Random(seed);
      this.chain = chain;
      this.nodes = nodes;
      this.tables = tables;
      isShallow = seed % 2 == 0;
      database = new CrashingDataSource(tables.source(), random);
      indexer = indexer();
    }

    void live() {
      for (int step = 0; step < STEPS; step++) {
        happen();
        indexer.clock().move(Duration.ofSeconds(random.nextInt(30)));
        indexer.turn();
        serve();
        if (random.nextInt(3) == 0) {
          indexer.publish();
        }
      }
      indexer.close();
      database.crashNoMore();
      indexer = indexer();
      chain.block();
      nodes.forEach(FakeNode::recover);
      patiently().until(() -> indexer.turn() != Turn.FAILED);
      patiently()
          .until(
              () ->
                  indexer.progress().now().state() != Progress.State.STANDBY
                      || indexer.turn() == Turn.MORE);
      indexer.catchUp();
      // twice: the first of two nodes may be the one that is read from anyway
      for (int i = 0; i < 2; i++) {
        indexer.clock().move(TestIndexer.RECHECKED_EVERY);
        indexer.catchUp();
      }
      indexer.publishAll();
    }

    /** As an edge does that hears of everything at once. */
    private void serve() {
      for (String row :
          tables.rows("select id, payer from data_sets where provisional_since is null")) {
        String[] dataSet = row.split(" ", -1);
        served.computeIfAbsent(dataSet[0], _ -> new HashSet<>()).add(dataSet[1]);
      }
    }

    /** Whoever holds a number at the end is the only one who was ever served on it. */
    void assertThatNobodyPaysForAnother() {
      serve();
      if (isShallow) {
        Map<String, Set<String>> now = new HashMap<>();
        for (String row : tables.rows("select id, payer from data_sets")) {
          String[] dataSet = row.split(" ", -1);
          now.put(dataSet[0], Set.of(dataSet[1]));
        }
        assertThat(now).containsAllEntriesOf(served);
      }
    }

    @Override
    public void close() {
      indexer.close();
    }

    private void happen() {
      FakeNode node = nodes.get(random.nextInt(nodes.size()));
      switch (random.nextInt(18)) {
        case 0, 1, 2, 3, 4 -> chain.block(logs());
        case 5 -> chain.nullRound();
        case 6 -> reorg();
        case 7 -> finalise();
        case 8 -> node.failNext(METHODS.get(random.nextInt(METHODS.size())), 503, "");
        case 9 -> node.dropNext(METHODS.get(random.nextInt(METHODS.size())));
        case 10 -> database.crashWithin(60);
        case 11, 12 -> node.hide(anyLog());
        case 13 -> node.hideNothing();
        case 14 -> node.lieNext(LIES.get(random.nextInt(LIES.size())));
        case 15 -> indexer.rechecker().hint();
        case 16 -> killWithin(node, random.nextInt(12));
        default -> restart();
      }
    }

    /**
     * No node leaves a log of a final block out: it is read twice, and what both readings leave out
     * is beyond knowing.
     */
    private void finalise() {
      nodes.forEach(FakeNode::recover);
      chain.finalUpTo(Math.max(chain.finalNumber(), chain.head().number() - random.nextInt(12)));
    }

    /** Ends the process while a node answers one of its next calls. */
    private void killWithin(FakeNode node, int calls) {
      AtomicInteger left = new AtomicInteger(calls);
      TestIndexer killed = indexer;
      node.beforeAnswer(
          _ -> {
            if (left.getAndDecrement() == 0) {
              killed.kill();
            }
          });
    }

    private FakeLog anyLog() {
      List<FakeLog> unfinal = chain.unfinalLogs();
      return unfinal.isEmpty() ? log() : unfinal.get(random.nextInt(unfinal.size()));
    }

    private void reorg() {
      highest = Math.max(highest, chain.head().number());
      long last = isShallow ? highest - Contracts.SERVING_DEPTH : 0;
      long deepest = chain.head().number() - Math.max(chain.finalNumber(), last);
      int depth = (int) (chain.nextNumber() - chain.head().number() - 1);
      if (deepest > 0) {
        depth += 1 + random.nextInt((int) deepest);
        chain.reorg(depth);
        shuffleFreeNumbers();
        for (int i = random.nextInt(depth + 2); i > 0; i--) {
          chain.block(logs());
        }
      }
    }

    /** A number that was taken back can be given to anyone; one that is held stays its holder's. */
    private void shuffleFreeNumbers() {
      for (long number : List.copyOf(payers.keySet())) {
        String topic = Contracts.dataSetCreated(number, 1, Contracts.numbered(5)).topics().get(1);
        boolean isHeld =
            chain.logs().stream()
                .anyMatch(
                    log ->
                        log.topics().getFirst().equals(Contracts.DATA_SET_CREATED)
                            && log.topics().get(1).equals(topic));
        if (!isHeld) {
          payers.remove(number);
        }
      }
    }

    private Address payerOf(long dataSet) {
      Address anyone = Contracts.numbered(5 + random.nextInt(2));
      return isShallow ? payers.computeIfAbsent(dataSet, _ -> anyone) : anyone;
    }

    private void restart() {
      indexer.close();
      database.crashNoMore();
      indexer = random.nextInt(4) == 0 ? indexerWithOtherOperators() : indexer();
    }

    private TestIndexer indexer() {
      return new TestIndexer(database.asDataSource(), producer, nodes.toArray(FakeNode[]::new));
    }

    /** As an operator migration, or its end: the same contracts, and others of them in office. */
    private TestIndexer indexerWithOtherOperators() {
      String operators =
          "{\"address\": \"%s\"}, {\"address\": \"%s\", \"toBlock\": 9}"
              .formatted(Contracts.PAST_OPERATOR, Contracts.OPERATOR);
      return new TestIndexer(
          database.asDataSource(),
          producer,
          Contracts.network(nodes.getFirst().url(), Contracts.PAST_OPERATOR, operators),
          new RangePlanner(new BlockNumber(0), 10, 4));
    }

    private FakeLog[] logs() {
      List<FakeLog> logs = new ArrayList<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        logs.add(log());
      }
      return logs.toArray(FakeLog[]::new);
    }

    private FakeLog log() {
      long dataSet = 1L + random.nextInt(4);
      long provider = 1L + random.nextInt(3);
      long piece = random.nextInt(6);
      Address operator = random.nextBoolean() ? Contracts.OPERATOR : Contracts.PAST_OPERATOR;
      return switch (random.nextInt(20)) {
        case 0, 1, 2 -> Contracts.dataSetCreated(dataSet, provider, payerOf(dataSet));
        case 3, 4, 5, 6 ->
            Contracts.pieceAdded(dataSet, piece, FakePieces.numbered(random.nextInt(9)));
        case 7 -> Contracts.piecesRemoved(dataSet, piece, piece + 1);
        case 8 -> Contracts.serviceTerminated(dataSet);
        case 9 -> Contracts.railTerminated(dataSet * 10 + 1 + random.nextInt(3), 500);
        case 10 -> Contracts.railFinalized(dataSet * 10 + 3);
        case 11, 12 -> Contracts.toppedUp(dataSet, random.nextInt(99), random.nextInt(99));
        case 13 -> Contracts.cdnServiceTerminated(dataSet);
        case 14, 15 ->
            Contracts.usageReported(
                operator, dataSet, 0, random.nextInt(99), random.nextInt(999), random.nextInt(9));
        case 16 -> Contracts.cdnSettlement(dataSet, random.nextInt(99));
        case 17 -> Contracts.productUpdated(provider, "https://" + random.nextInt(9) + ".example");
        case 18 -> Contracts.providerRemoved(provider);
        default ->
            random.nextInt(4) == 0
                ? Contracts.dataSetDeleted(dataSet)
                : Contracts.broken(Contracts.toppedUp(dataSet, 1, 1));
      };
    }
  }
}
