package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillBooks.Finding;
import io.filcdn.acceptance.DrillSchedule.Deed;
import io.filcdn.acceptance.DrillSchedule.Event;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.common.kafka.RecordJson;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The report of a drill, for people as it runs and for programs in the end. */
final class DrillReport {

  private final long seed;
  private final Duration time;
  private final Map<String, Integer> done = new TreeMap<>();
  private final List<String> said = new ArrayList<>();
  private final List<String> seen = new ArrayList<>();
  private double mostLoad;

  DrillReport(long seed, Duration time) {
    this.seed = seed;
    this.time = time;
  }

  void begin() {
    print("--seed %d --minutes %d".formatted(seed, time.toMinutes()));
  }

  void begin(Event event) {
    done.merge(event.deed().getClass().getSimpleName(), 1, Integer::sum);
    mostLoad =
        Math.max(mostLoad, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    print("%d s: %s".formatted(event.at().toSeconds(), event.deed()));
  }

  boolean hasDone(Class<? extends Deed> deed) {
    return done.containsKey(deed.getSimpleName());
  }

  /** Tells what a reader of the figures needs to know; nothing where there is nothing to tell. */
  void say(String text) {
    if (!text.isEmpty()) {
      said.add(text);
      print(text);
    }
  }

  /** Keeps what clients behind a balancer saw of a rolling restart. */
  void seenByBalancedClients(List<String> more) {
    seen.addAll(more);
  }

  List<String> seenByBalancedClients() {
    return List.copyOf(seen);
  }

  void end(
      List<Finding> findings,
      DrillTakings takings,
      DrillHarm harm,
      DrillRetention retention,
      DrillPurse purse)
      throws IOException {
    print("clients: " + takings.summary());
    print("done: " + done);
    harm.readyAfter()
        .forEach(
            (victim, millis) ->
                print(
                    "ready after kill -9: %s %s ms (%d s on a machine that has nothing else to do)"
                        .formatted(name(victim), millis, bar(victim))));
    print("records that Kafka forgot: %d".formatted(retention.records()));
    print("looks at what is paid for: %d".formatted(purse.looks()));
    print("load: %.0f at most".formatted(mostLoad));
    findings.forEach(
        finding ->
            print(
                "%s  %s: %s"
                    .formatted(
                        finding.kept() ? "kept  " : "BROKEN",
                        finding.promise(),
                        finding.detail())));
    Path reports = Files.createDirectories(Path.of("../../target/drill"));
    Files.writeString(
        reports.resolve("seed-%d-%d-minutes.json".formatted(seed, time.toMinutes())),
        RecordJson.write(
            Map.of(
                "seed", seed,
                "minutes", time.toMinutes(),
                "done", done,
                "said", said,
                "clients", takings.outcomes(),
                "recordsForgotten", retention.records(),
                "mostLoad", mostLoad,
                "readyAfterMillis", harm.readyAfter(),
                "findings", findings)));
  }

  private static String name(Victim victim) {
    return victim.name().toLowerCase(Locale.ROOT);
  }

  /** The seconds within which a service is ready again. */
  private static int bar(Victim victim) {
    return victim.isEdge() ? 10 : 15;
  }

  private static void print(String text) {
    System.out.println("DRILL " + text);
  }
}
