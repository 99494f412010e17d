package io.filcdn.acceptance;

import io.filcdn.acceptance.Visitor.Offer;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.provider.DemoProvider;
import io.filcdn.testing.provider.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The cast of a simulation: an honest tenant, one that is payer and provider in one and lies,
 * clients who stay or leave as they like, and an edge that bills what it did not serve. All they do
 * follows from one seed, but for the order in which they come to it.
 */
final class RedTeam implements AutoCloseable {

  private static final int MOST_PAUSE_MILLIS = 200;
  private static final int FIRST_ADDRESS = 100;
  private static final int VISITORS = 8;

  private final Random random;
  private final Market honest;
  private final Market rogue;
  private final List<TestDataSet> dataSets = new ArrayList<>();
  private final List<Offer> lies = new ArrayList<>();
  private final List<Offer> truths = new ArrayList<>();
  private final List<Visitor> visitors = new ArrayList<>();

  RedTeam(Stack stack, Path folder, long seed) {
    this.random = new Random(seed);
    this.honest = Market.open(stack, folder.resolve("honest"));
    this.rogue =
        Market.open(
            stack,
            folder.resolve("rogue"),
            new Market.Traders(
                DevnetAccount.OUTSIDER, DevnetAccount.DEPLOYER, DevnetAccount.OUTSIDER));
  }

  /** Some contents of at least so many bytes, most of them little larger. */
  List<byte[]> contents(int count, int least) {
    return IntStream.range(0, count)
        .mapToObj(
            _ -> {
              byte[] content = new byte[least + random.nextInt(1 << (10 + random.nextInt(15)))];
              random.nextBytes(content);
              return content;
            })
        .toList();
  }

  /** A data set of the honest tenant. */
  TestDataSet honestDataSet() {
    return opened(honest);
  }

  /** A data set of the tenant that lies. */
  TestDataSet roguesDataSet() {
    return opened(rogue);
  }

  private TestDataSet opened(Market market) {
    TestDataSet dataSet = market.newDataSet();
    dataSets.add(dataSet);
    return dataSet;
  }

  /** Offers pieces, honestly. */
  List<Offer> offer(TestDataSet dataSet, List<byte[]> contents) {
    List<Offer> offers = offers(dataSet, contents);
    truths.addAll(offers);
    return offers;
  }

  /** Offers pieces of which the provider lies. */
  void offerLies(TestDataSet dataSet, List<byte[]> contents) {
    List<Offer> offers = offers(dataSet, contents);
    offers.forEach(offer -> lie(offer, random));
    lies.addAll(offers);
  }

  private static List<Offer> offers(TestDataSet dataSet, List<byte[]> contents) {
    List<PieceCid> cids = dataSet.addAll(contents);
    return IntStream.range(0, cids.size())
        .mapToObj(i -> Offer.of(dataSet, cids.get(i), contents.get(i)))
        .toList();
  }

  List<TestDataSet> dataSets() {
    return dataSets;
  }

  /** Those who come during {@link #act}. */
  List<Visitor> visitors() {
    return visitors;
  }

  /** Has all of them do what they like for a while. */
  void act(LyingEdge edge, Duration time) throws ExecutionException, InterruptedException {
    List<Offer> all = new ArrayList<>(truths);
    all.addAll(lies);
    for (int i = 0; i < VISITORS; i++) {
      visitors.add(new Visitor(Connection.client(FIRST_ADDRESS + i), all, random()));
    }
    List<Runnable> actors = new ArrayList<>(List.of(edge::act, liar(random())));
    visitors.forEach(visitor -> actors.add(visitor::act));
    long end = System.nanoTime() + time.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> parts = new ArrayList<>();
      for (Runnable actor : actors) {
        Random pauses = random();
        parts.add(threads.submit(() -> repeat(actor, pauses, end)));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    }
  }

  private static void repeat(Runnable actor, Random pauses, long end) {
    while (System.nanoTime() < end) {
      actor.run();
      Connection.pause(pauses.nextInt(MOST_PAUSE_MILLIS));
    }
  }

  private Runnable liar(Random choice) {
    return () -> lie(lies.get(choice.nextInt(lies.size())), choice);
  }

  /** Has the provider that lies fail a piece from now on, or mends it. */
  private void lie(Offer offer, Random choice) {
    int at = choice.nextInt(offer.size());
    DemoProvider provider = rogue.provider();
    switch (choice.nextInt(12)) {
      case 0, 1, 2 -> provider.fail(offer.cid(), new Fault.WrongByte(at));
      case 3, 4, 5, 6 -> provider.fail(offer.cid(), new Fault.WrongByte(offer.size() - 1));
      case 7 -> provider.fail(offer.cid(), new Fault.DiesAt(at));
      case 8 -> provider.fail(offer.cid(), new Fault.StallsAt(at));
      case 9 -> provider.fail(offer.cid(), new Fault.Trickles(1_000 + at));
      case 10 -> provider.fail(offer.cid(), new Fault.Answers(404));
      default -> provider.mend(offer.cid());
    }
  }

  /** One more source of chance. */
  Random random() {
    return new Random(random.nextLong());
  }

  @Override
  public void close() {
    rogue.close();
    honest.close();
  }
}
