package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Cores;
import io.filcdn.common.piece.PieceCid;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator h2load, which speaks HTTP/2. */
final class H2Load {

  private static final Pattern SPEED =
      Pattern.compile("finished in ([\\d.]+)(us|ms|s), ([\\d.]+) req/s, ([\\d.]+)([KMG]?)B/s");
  private static final Pattern OK =
      Pattern.compile("(\\d+) failed, (\\d+) errored, (\\d+) timeout");

  /** At times it does not end (1.52). */
  private static final int MOST_TIMES = 3;

  private H2Load() {}

  /** Asks for one piece, over and over, by so many streams of each connection. */
  static Load run(Contender contender, PieceCid piece, int connections, int streams, int seconds) {
    List<String> command =
        Cores.other(
            List.of(
                "h2load",
                "-t1",
                "-c" + connections,
                "-m" + streams,
                "-D" + seconds,
                "-H",
                ":authority: " + contender.host(),
                contender.uri(piece).toString()));
    Duration before = contender.server().processorTime();
    String output = Wrk.output(contender, command);
    for (int again = 0; again < MOST_TIMES && !output.contains("finished in"); again++) {
      before = contender.server().processorTime();
      output = Wrk.output(contender, command);
    }
    Duration used = contender.server().processorTime().minus(before);
    Matcher speed = Wrk.match(SPEED, output);
    Matcher ok = Wrk.match(OK, output);
    if (!output.contains("Application protocol: h2")
        || !ok.group(1).equals("0")
        || !ok.group(2).equals("0")
        || !output.contains(" 0 3xx, 0 4xx, 0 5xx")) {
      throw new BenchFailure(
          "expected that %s answers every request with 200 by HTTP/2, found:%n%s"
              .formatted(contender.name(), output));
    }
    return new Load(
        Double.parseDouble(speed.group(3)),
        Double.parseDouble(speed.group(4)) * Wrk.factor(speed.group(5)),
        0,
        used.toMillis() / (Double.parseDouble(speed.group(1)) * Wrk.millis(speed.group(2))));
  }
}
