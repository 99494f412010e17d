package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.acceptance.DrillBooks.Finding;
import io.filcdn.acceptance.DrillClients.Offer;
import io.filcdn.acceptance.DrillSchedule.Deed;
import io.filcdn.acceptance.DrillSchedule.Event;
import io.filcdn.acceptance.DrillSchedule.Line;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.provider.DemoProvider;
import io.filcdn.testing.provider.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
  private static final int PIECES = 8;
  private static final int MOST_BYTES = 5 << 20;

  /** Short times, so that a drill is quiet soon: abandoned fills are given up. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "FILCDN_RETRIEVAL_CACHE_ABANDONED_TIME", "10s",
          "FILCDN_RETRIEVAL_LIMITS_REQUESTS_PER_CLIENT", "1000");

  @TempDir Path folder;

  private final long seed = Long.getLong("filcdn.drill.seed", USUAL_SEED);
  private final Duration time =
      Duration.ofMinutes(Long.getLong("filcdn.drill.minutes", USUAL_MINUTES));
  private final Random random = new Random(seed);
  private final List<TestDataSet> dataSets = new ArrayList<>();
  private final List<Offer> lies = new ArrayList<>();
  private final Map<Line, FaultProxy> lines = new TreeMap<>();
  private final Map<String, Integer> done = new TreeMap<>();
  private Stack stack;
  private AnotherEdge second;
  private Market honest;
  private Market rogue;
  private DemoProvider liar;
  private DrillHarm harm;
  private DrillClients clients;
  private DrillBooks books;

  @BeforeEach
  void up() {
    stack = Stack.up(folder.resolve("data"), SETTINGS);
    lines.put(Line.SECOND_TO_METRICS, FaultProxy.to(stack.service("metrics")));
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.put("FILCDN_RETRIEVAL_LEASES_URL", line(Line.SECOND_TO_METRICS).url().toString());
    second = AnotherEdge.start(stack, "second", folder.resolve("second"), settings);
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
    harm = new DrillHarm(stack, second, lines);
    clients = new DrillClients(second);
    books = new DrillBooks(stack, List.of(stack.management("retrieval"), second.management()));
  }

  private Market market(
      Line line, DevnetAccount provider, DevnetAccount payee, DevnetAccount payer) {
    DemoProvider started = DemoProvider.start(folder.resolve(line.name()), 0);
    lines.put(line, FaultProxy.to(started.url()));
    return Market.open(
        stack, new Market.Traders(provider, payee, payer), started, behind -> line(line).url());
  }

  private FaultProxy line(Line line) {
    return Objects.requireNonNull(lines.get(line));
  }

  @AfterEach
  void down() {
    clients.close();
    second.close();
    rogue.close();
    honest.close();
    lines.values().forEach(FaultProxy::close);
    stack.close();
  }

  @Test
  void whateverBreaksTheBooksAreRightInTheEnd() throws Exception {
    System.out.printf("DRILL --seed %d --minutes %d%n", seed, time.toMinutes());
    TestDataSet first = dataSet(honest);
    TestDataSet ending = dataSet(honest);
    lies.addAll(offers(dataSet(rogue)));
    long began = System.nanoTime();
    clients.begin(seed);

    for (Event event : DrillSchedule.of(seed, time).events()) {
      long wait = event.at().toNanos() - (System.nanoTime() - began);
      Connection.pause(Math.max(0, Duration.ofNanos(wait).toMillis()));
      System.out.printf("DRILL %d s: %s%n", event.at().toSeconds(), event.deed());
      act(event.deed(), first, ending);
    }
    clients.close();
    lies.forEach(lie -> liar.mend(lie.cid()));
    long quietAfter = awaitQuiet();
    List<Finding> findings = books.compare(dataSets, clients, harm.lost());

    report(findings, quietAfter);
    assertThat(findings).allMatch(Finding::kept);
  }

  /** A data set with pieces, that clients ask for. */
  private TestDataSet dataSet(Market market) {
    TestDataSet dataSet = market.newDataSet();
    dataSets.add(dataSet);
    if (market == honest) {
      offers(dataSet);
    }
    return dataSet;
  }

  private List<Offer> offers(TestDataSet dataSet) {
    List<byte[]> contents = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      contents.add(content());
    }
    List<PieceCid> cids = dataSet.addAll(contents);
    List<Offer> all = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      all.add(new Offer(dataSet, cids.get(i), contents.get(i)));
    }
    all.forEach(clients::offer);
    return all;
  }

  private byte[] content() {
    byte[] bytes = new byte[1 + (int) (Math.pow(random.nextDouble(), 4) * MOST_BYTES)];
    random.nextBytes(bytes);
    return bytes;
  }

  private void act(Deed deed, TestDataSet dataSet, TestDataSet ending) {
    done.merge(deed.getClass().getSimpleName(), 1, Integer::sum);
    switch (deed) {
      case Deed.Kill(Victim victim) -> harm.kill(victim);
      case Deed.Restart(Victim victim) -> harm.end(victim);
      case Deed.Freeze(Victim victim, int millis) -> harm.freeze(victim, millis);
      case Deed.FullDisk(Victim edge, int millis) -> harm.fillDisk(edge, millis);
      case Deed.Cut(Line line, int millis) -> harm.cut(line, millis);
      case Deed.Slow slow -> harm.slow(slow);
      case Deed.Reorg(int depth) -> stack.devnet().rpc().call("anvil_reorg", depth, List.of());
      case Deed.Lie _ -> lie();
      case Deed.Herd _ -> herd(dataSet);
      case Deed.TopUp _ ->
          stack
              .devnet()
              .asPayer(dataSet.payer())
              .topUp(dataSet.number(), Devnet.tokens("0.01"), Devnet.tokens("0.01"));
      case Deed.Remove _ -> remove(dataSet);
      case Deed.Terminate _ -> {
        long rail = stack.devnet().reads().dataSet(ending.number()).cdnRailId();
        stack.devnet().asPayer(ending.payer()).terminateRail(rail);
      }
      case Deed.RollingRestart _ -> {
        harm.end(Victim.RETRIEVAL);
        awaitReady();
        harm.end(Victim.SECOND);
      }
    }
  }

  private void lie() {
    Offer offer = lies.get(random.nextInt(lies.size()));
    int at = random.nextInt(offer.content().length);
    switch (random.nextInt(5)) {
      case 0 -> liar.fail(offer.cid(), new Fault.WrongByte(at));
      case 1 -> liar.fail(offer.cid(), new Fault.DiesAt(at));
      case 2 -> liar.fail(offer.cid(), new Fault.Trickles(1_000 + at));
      case 3 -> liar.fail(offer.cid(), new Fault.Answers(503));
      default -> liar.mend(offer.cid());
    }
  }

  /** Puts a new piece on the chain, whatever is down, and has many ask for it at once. */
  private void herd(TestDataSet dataSet) {
    byte[] bytes = content();
    try {
      Offer offer = new Offer(dataSet, dataSet.add(bytes), bytes);
      clients.herd(offer, random);
      clients.offer(offer);
    } catch (ConditionTimeoutException | UncheckedIOException e) {
      System.out.printf("DRILL the herd does not come: %s%n", e.getMessage());
    }
  }

  /** The newest piece of the data set, but not its last. */
  private void remove(TestDataSet dataSet) {
    SequencedMap<Long, ?> pieces = stack.devnet().reads().activePieces(dataSet.number());
    if (pieces.size() > 1) {
      dataSet.deeds().removePieces(dataSet.number(), List.of(pieces.lastEntry().getKey()));
    }
  }

  private void awaitReady() {
    await()
        .atMost(QUIET_WITHIN)
        .ignoreExceptions()
        .until(
            () ->
                Client.get(stack.management("retrieval").resolve("/q/health/ready")).status()
                    == 200);
  }

  /** Waits until all that was served is counted, reported and settled; tells how many seconds. */
  private long awaitQuiet() {
    long begin = System.nanoTime();
    await()
        .atMost(QUIET_WITHIN)
        .pollInterval(Duration.ofSeconds(1))
        .during(Duration.ofSeconds(8))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(books.unfinished()).isEmpty());
    return Duration.ofNanos(System.nanoTime() - begin).toSeconds();
  }

  private void report(List<Finding> findings, long quietAfter) throws IOException {
    System.out.printf("DRILL clients: %s%n", clients.summary());
    System.out.printf("DRILL done: %s%n", done);
    System.out.printf("DRILL ready after a kill, in milliseconds: %s%n", harm.readyAfter());
    System.out.printf("DRILL quiet after %d s%n", quietAfter);
    findings.forEach(
        finding ->
            System.out.printf(
                "DRILL %s  %s: %s%n",
                finding.kept() ? "kept  " : "BROKEN", finding.promise(), finding.detail()));
    Path reports = Files.createDirectories(Path.of("../../target/drill"));
    Files.writeString(
        reports.resolve("seed-%d-%d-minutes.json".formatted(seed, time.toMinutes())),
        RecordJson.write(
            Map.of(
                "seed", seed,
                "minutes", time.toMinutes(),
                "done", done,
                "clients", clients.summary(),
                "quietAfterSeconds", quietAfter,
                "readyAfterMillis", harm.readyAfter(),
                "findings", findings)));
  }
}
