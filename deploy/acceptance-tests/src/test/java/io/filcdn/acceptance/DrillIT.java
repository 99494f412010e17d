package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.acceptance.DrillBooks.Finding;
import io.filcdn.acceptance.DrillEdges.Way;
import io.filcdn.acceptance.DrillSchedule.Deed;
import io.filcdn.acceptance.DrillSchedule.Event;
import io.filcdn.acceptance.DrillSchedule.Line;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.acceptance.DrillTakings.Offer;
import io.filcdn.acceptance.DrillTakings.Outcome;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.infra.TopicContents;
import io.filcdn.testing.provider.DemoProvider;
import io.filcdn.testing.provider.Fault;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A drill: all of FilCDN, with two edges, under load, while everything it stands on breaks. What is
 * done to it follows from a seed: {@code -Dfilcdn.drill.seed=}, for {@code
 * -Dfilcdn.drill.minutes=}.
 */
@Tag("slow")
class DrillIT {

  private static final long USUAL_SEED = 1;
  private static final long USUAL_MINUTES = 3;
  private static final Duration QUIET_WITHIN = Duration.ofMinutes(6);
  private static final Duration QUIET_FOR = Duration.ofSeconds(8);
  private static final Duration SERVED_WITHIN = Duration.ofMinutes(2);
  private static final int PIECES = 8;
  private static final int MOST_BYTES = 5 << 20;
  private static final long MEBIBYTE = 1 << 20;
  private static final int ADDRESS = 175;

  /** Short times, so that a drill is quiet soon: abandoned fills and leases are given up. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "FILCDN_ADMIN_TOKEN", DrillQuiet.ADMIN_TOKEN,
          "FILCDN_RETRIEVAL_CACHE_ABANDONED_TIME", "10s",
          "FILCDN_RETRIEVAL_LEASES_ADVANCE", "16M",
          "FILCDN_RETRIEVAL_LEASES_STANDING", "64M",
          "FILCDN_RETRIEVAL_LEASES_IDLE", "5s",
          "FILCDN_RETRIEVAL_LEASES_FORGET", "10s",
          "FILCDN_RETRIEVAL_LEASES_RENEW_EVERY", "2s",
          "FILCDN_RETRIEVAL_LIMITS_QUOTA_SHARE_PER_CLIENT", "1",
          "FILCDN_RETRIEVAL_LIMITS_REQUESTS_PER_CLIENT", "1000");

  /** Stays where a promise was not kept: the logs of all processes are in it. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private final long seed = Long.getLong("filcdn.drill.seed", USUAL_SEED);
  private final Duration time =
      Duration.ofMinutes(Long.getLong("filcdn.drill.minutes", USUAL_MINUTES));
  private final Random random = new Random(seed);
  private final DrillReport report = new DrillReport(seed, time);
  private final List<TestDataSet> dataSets = new ArrayList<>();
  private final List<Offer> lies = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private DrillLines lines;
  private DrillTrap trap;
  private Stack stack;
  private AnotherEdge second;
  private DrillEdges edges;
  private Market honest;
  private Market rogue;
  private DemoProvider liar;
  private DrillHarm harm;
  private DrillClients clients;
  private TopicContents egress;
  private DrillRetention retention;
  private DrillPurse purse;
  private TestDataSet main;
  private TestDataSet ending;

  @BeforeEach
  void up() {
    report.say("its files are in " + folder + ", and stay there where a promise is not kept");
    edges = opened(new DrillEdges(folder.resolve("tls")));
    DrillClocks clocks = DrillClocks.in(folder.resolve("clocks"));
    clocks.missing().ifPresent(report::say);
    lines = opened(new DrillLines());
    trap = opened(DrillTrap.open());
    Map<String, String> settings = settings(Victim.RETRIEVAL, clocks.environment());
    stack = Stack.up(folder.resolve("data"), settings);
    open.add(() -> stack.close());
    settings.putAll(lines.within(stack, folder.resolve("networks")));
    stack = stack.restarted(settings);
    settings = settings(Victim.SECOND, clocks.environment(Victim.SECOND));
    settings.put(
        "FILCDN_RETRIEVAL_LEASES_URL",
        lines.lay(Line.SECOND_TO_METRICS, stack.service("metrics")).url().toString());
    second = opened(AnotherEdge.start(stack, "second", folder.resolve("second"), settings));
    honest =
        market(
            Line.TO_HONEST_PROVIDER,
            DevnetAccount.SECOND_PROVIDER,
            DevnetAccount.SECOND_PAYEE,
            DevnetAccount.SECOND_PAYER);
    rogue =
        market(
            Line.TO_ROGUE, DevnetAccount.OUTSIDER, DevnetAccount.DEPLOYER, DevnetAccount.OUTSIDER);
    liar = rogue.provider();
    harm = new DrillHarm(stack, second, lines, clocks);
    clients = opened(new DrillClients(edges, second));
    egress = opened(new TopicContents(stack.kafka(), Topic.EGRESS.topicName()));
    retention = new DrillRetention(stack, egress);
    main = dataSet(honest, false);
    ending = dataSet(honest, false);
    purse = opened(DrillPurse.of(stack, dataSet(honest, true)));
  }

  private Map<String, String> settings(Victim edge, Map<String, String> clock) {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.putAll(edges.settings(edge));
    settings.putAll(clock);
    return settings;
  }

  private Market market(
      Line line, DevnetAccount provider, DevnetAccount payee, DevnetAccount payer) {
    DemoProvider started = DemoProvider.start(folder.resolve(line.name()), 0);
    URI url = lines.lay(line, started.url()).url();
    return opened(
        Market.open(stack, new Market.Traders(provider, payee, payer), started, _ -> url));
  }

  @AfterEach
  void down() throws Exception {
    // the newest first: what did not start is not there
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T opened(T one) {
    open.add(one);
    return one;
  }

  @Test
  void whateverBreaksTheBooksAreRightInTheEnd() throws Exception {
    report.begin();
    lies.addAll(offers(dataSet(rogue, false), false));
    purse.watch(clients.takings(), harm.lost());
    long began = System.nanoTime();
    clients.begin(seed);

    for (Event event : DrillSchedule.of(seed, time).events()) {
      long wait = event.at().toNanos() - (System.nanoTime() - began);
      Connection.pause(Math.max(0, Duration.ofNanos(wait).toMillis()));
      // what is late puts off what follows: a supervisor's patience ends with many ends at once
      began += Math.max(0, -wait);
      report.begin(event);
      act(event.deed());
    }
    clients.close();
    lies.forEach(lie -> liar.mend(lie.cid()));
    harm.relieve();
    List<Finding> findings = new ArrayList<>(afterwards());
    findings.add(awaitQuiet());
    findings.addAll(compare());

    report.end(findings, clients.takings(), harm, retention, purse);
    assertThat(findings).allMatch(Finding::kept);
  }

  /** A data set with pieces, that clients ask for. */
  private TestDataSet dataSet(Market market, boolean patient) {
    TestDataSet dataSet = market.newDataSet();
    dataSets.add(dataSet);
    if (market == honest) {
      offers(dataSet, patient);
    }
    return dataSet;
  }

  private List<Offer> offers(TestDataSet dataSet, boolean patient) {
    List<byte[]> contents = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      contents.add(content());
    }
    List<PieceCid> cids = dataSet.addAll(contents);
    List<Offer> all = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      all.add(new Offer(dataSet, cids.get(i), contents.get(i), System.nanoTime(), patient));
    }
    all.forEach(clients::offer);
    return all;
  }

  private byte[] content() {
    byte[] bytes = new byte[1 + (int) (Math.pow(random.nextDouble(), 4) * MOST_BYTES)];
    random.nextBytes(bytes);
    return bytes;
  }

  private void act(Deed deed) {
    switch (deed) {
      case Deed.Kill(Victim victim) -> harm.kill(victim);
      case Deed.Restart(Victim victim) -> harm.end(victim);
      case Deed.Freeze(Victim victim, int millis) -> harm.freeze(victim, millis);
      case Deed.FullDisk(Victim edge, int millis) -> harm.fillDisk(edge, millis);
      case Deed.Cut(Line line, int millis) -> harm.cut(line, millis);
      case Deed.Slow slow -> harm.slow(slow);
      case Deed.Shift(Victim service, int seconds) -> harm.shift(service, seconds);
      case Deed.Reorg(int depth) -> stack.devnet().rpc().call("anvil_reorg", depth, List.of());
      case Deed.Retention _ -> report.say(retention.forget());
      case Deed.Lie _ -> lie();
      case Deed.Herd _ -> herd();
      case Deed.TopUp(int mebibytes) -> purse.pay(mebibytes * MEBIBYTE);
      case Deed.Remove _ -> remove(main);
      case Deed.Terminate _ -> {
        long rail = stack.devnet().reads().dataSet(ending.number()).cdnRailId();
        stack.devnet().asPayer(ending.payer()).terminateRail(rail);
      }
      case Deed.RollingRestart _ -> rollingRestart();
    }
  }

  private void lie() {
    Offer offer = lies.get(random.nextInt(lies.size()));
    int at = random.nextInt(offer.content().length);
    switch (random.nextInt(7)) {
      case 0 -> liar.fail(offer.cid(), new Fault.WrongByte(at));
      case 1 -> liar.fail(offer.cid(), new Fault.DiesAt(at));
      case 2 -> liar.fail(offer.cid(), new Fault.Trickles(1_000 + at));
      case 3 -> liar.fail(offer.cid(), new Fault.Answers(503));
      case 4 -> liar.fail(offer.cid(), new Fault.Answers(429));
      case 5 -> liar.fail(offer.cid(), new Fault.Redirects(trap.url()));
      default -> liar.mend(offer.cid());
    }
  }

  /** Puts a new piece on the chain, whatever is down, and has many ask for it at once. */
  private void herd() {
    byte[] bytes = content();
    try {
      Offer offer = new Offer(main, main.add(bytes), bytes, System.nanoTime(), false);
      clients.herd(offer, random);
      clients.offer(offer);
    } catch (ConditionTimeoutException | UncheckedIOException e) {
      report.say("the herd does not come: " + e.getMessage());
    }
  }

  /** The newest piece of the data set, but not its last. */
  private void remove(TestDataSet dataSet) {
    SequencedMap<Long, ?> pieces = stack.devnet().reads().activePieces(dataSet.number());
    if (pieces.size() > 1) {
      dataSet.deeds().removePieces(dataSet.number(), List.of(pieces.lastEntry().getKey()));
    }
  }

  /** Nothing else is broken meanwhile, and both edges have the pieces that are fetched. */
  private void rollingRestart() {
    harm.relieve();
    List<Offer> warm =
        clients.offers().stream().filter(offer -> offer.dataSet().equals(main)).limit(4).toList();
    warm.forEach(this::awaitServed);
    report.seenByBalancedClients(clients.seenWhile(warm, harm::restartEdges));
  }

  private void awaitServed(Offer offer) {
    for (Victim edge : DrillEdges.both()) {
      await()
          .atMost(SERVED_WITHIN)
          .until(() -> clients.takeAll(edge, Way.CLEAR, ADDRESS, offer) == Outcome.WHOLE);
    }
  }

  /** What must be so once nothing is broken any more. */
  private List<Finding> afterwards() {
    DrillRefusals refusals = refusals();
    List<String> unserved = new ArrayList<>();
    for (Offer offer : clients.offers()) {
      if (offer.dataSet().equals(main) && refusals.isPlaced(offer)) {
        try {
          awaitServed(offer);
        } catch (ConditionTimeoutException e) {
          unserved.add(offer.cid().toString());
        }
      }
    }
    Finding usedUp = purse.useUp(clients);
    return List.of(
        Finding.none("both edges serve all that the chain has", unserved),
        usedUp,
        purse.payAndAwaitServed(clients, 100 * MEBIBYTE));
  }

  private DrillRefusals refusals() {
    return new DrillRefusals(
        stack, purse.dataSet(), report.hasDone(Deed.Terminate.class) ? ending : null);
  }

  /** Waits until all that was served is counted, reported and settled. */
  private Finding awaitQuiet() {
    long begin = System.nanoTime();
    List<URI> managements = List.of(stack.management("retrieval"), second.management());
    DrillQuiet quiet = new DrillQuiet(stack, managements, this::onChain);
    try {
      await()
          .atMost(QUIET_WITHIN)
          .pollInterval(Duration.ofSeconds(1))
          .during(QUIET_FOR)
          .ignoreExceptions()
          .until(() -> quiet.unfinished().isEmpty());
    } catch (ConditionTimeoutException e) {
      return Finding.none("all is quiet without help", quiet.unfinished());
    }
    Duration waited = Duration.ofNanos(System.nanoTime() - begin);
    return new Finding(
        "all is quiet without help", true, "after %d s".formatted(waited.toSeconds()));
  }

  private List<DataSetOnChain> onChain() {
    return dataSets.stream().map(TestDataSet::onChain).toList();
  }

  private List<Finding> compare() {
    DrillTakings takings = clients.takings();
    Books told = new Books(stack, egress);
    DrillBooks books = new DrillBooks(stack, told);
    List<Finding> all = new ArrayList<>();
    all.add(Finding.none("each answer that a client got is right", takings.wrong()));
    all.add(
        Finding.none(
            "nobody is refused without a reason", refusals().unexplained(takings.refusals())));
    all.add(Finding.equal("nobody goes where a provider sends him", 0, trap.visits()));
    all.add(purse.served());
    all.add(Finding.none("a rolling restart is a retried request", report.seenByBalancedClients()));
    for (TestDataSet dataSet : dataSets) {
      all.addAll(books.taken(dataSet.id(), takings, harm.lost(), purse.elsewhere(dataSet)));
      all.addAll(books.told(dataSet.onChain()));
    }
    all.addAll(new DrillLedger(stack, told).compare(onChain()));
    all.add(books.deadLetters());
    all.addAll(books.leases());
    return all;
  }
}
