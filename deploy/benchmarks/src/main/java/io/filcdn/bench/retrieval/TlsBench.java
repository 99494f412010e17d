package io.filcdn.bench.retrieval;

import io.filcdn.bench.report.Case;
import io.filcdn.bench.report.Report;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.TemporaryFolder;
import io.filcdn.bench.run.Tool;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.process.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The edge and nginx over TLS, in turns: hits by HTTP/1.1 and HTTP/2, and new connections. */
public final class TlsBench {

  private static final int CONNECTIONS = 32;
  private static final int H2_CONNECTIONS = 8;
  private static final int H2_STREAMS = 16;
  private static final int ROUNDS = Integer.getInteger("filcdn.bench.rounds", 30);
  private static final int WARM_UP_SECONDS = Integer.getInteger("filcdn.bench.warmup", 10);
  private static final int FIRST_WARM_UP_SECONDS = 3 * WARM_UP_SECONDS;
  private static final int SECONDS = Integer.getInteger("filcdn.bench.seconds", 1);
  private static final String ENGINE = System.getProperty("filcdn.bench.engine", "boringssl");
  private static final int LARGE = 1 << 20;

  private static final String METHOD =
      ("server on one core, load on the other, mean of %d rounds of %d s, back and forth; reference:"
              + " nginx (OpenSSL, sendfile of no use); TLS 1.3 by TLS_AES_128_GCM_SHA256 with a key"
              + " of P-256; HTTP/1.1: wrk with %d connections; HTTP/2: h2load with %d connections of"
              + " %d streams; new connections: one after the other, each with a request for 1 KiB, by"
              + " processor time alone; the edge's TLS by %s")
          .formatted(ROUNDS, SECONDS, CONNECTIONS, H2_CONNECTIONS, H2_STREAMS, ENGINE);

  private final Checkout checkout;

  public TlsBench(Checkout checkout) {
    this.checkout = checkout;
  }

  /** Runs for some minutes. */
  public Report run() {
    Tool.need(
        List.of(
            new Tool("taskset", "util-linux"),
            new Tool("nginx", "nginx-light"),
            new Tool("wrk", "wrk"),
            new Tool("h2load", "nghttp2-client"),
            new Tool("openssl", "openssl")));
    return TemporaryFolder.use(this::measure);
  }

  private Report measure(Path folder) throws IOException {
    TlsFiles tls = TlsFiles.in(folder.resolve("tls"));
    int tlsPort = FreePort.find();
    List<Case> cases;
    try (SlowOrigin origin = new SlowOrigin(ColdCases.LINE);
        EdgeUnderTest edge =
            new EdgeUnderTest(
                checkout, folder.resolve("edge"), origin.url(), environment(tls, tlsPort));
        Contender nginx = Others.nginx(folder.resolve("nginx"), origin.url(), tls)) {
      cases =
          cases(new Pieces(origin, edge), List.of(edge.contender().overTls(tlsPort, tls), nginx));
    }
    return new Report("tls", cases, List.of(METHOD));
  }

  private static Map<String, String> environment(TlsFiles tls, int port) {
    Map<String, String> environment = new HashMap<>(RetrievalBench.ENVIRONMENT);
    environment.put("FILCDN_RETRIEVAL_HTTP_TLS_PORT", Integer.toString(port));
    environment.put("FILCDN_RETRIEVAL_HTTP_TLS_CERTIFICATE", tls.certificate().toString());
    environment.put("FILCDN_RETRIEVAL_HTTP_TLS_KEY", tls.key().toString());
    environment.put("FILCDN_RETRIEVAL_HTTP_TLS_ENGINE", ENGINE);
    return environment;
  }

  private static List<Case> cases(Pieces pieces, List<Contender> contenders) {
    PieceCid small = pieces.ofSize(1 << 10);
    // what all cases share is compiled once
    Contender edge = contenders.getFirst();
    Wrk.run(edge, small, CONNECTIONS, FIRST_WARM_UP_SECONDS);
    H2Load.run(edge, small, H2_CONNECTIONS, H2_STREAMS, FIRST_WARM_UP_SECONDS);
    Handshakes.run(edge, small, false, FIRST_WARM_UP_SECONDS);
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("1 KiB", 1 << 10);
    sizes.put("64 KiB", 64 << 10);
    sizes.put("1 MiB", LARGE);
    sizes.put("64 MiB", 64 << 20);
    List<Case> cases = new ArrayList<>();
    sizes.forEach(
        (name, size) -> {
          PieceCid piece = pieces.ofSize(size);
          boolean large = size >= LARGE;
          cases.addAll(
              compare(
                  "HTTPS hit " + name,
                  large,
                  contenders,
                  (contender, seconds) -> Wrk.run(contender, piece, CONNECTIONS, seconds)));
          cases.addAll(
              compare(
                  "HTTP/2 hit " + name,
                  large,
                  contenders,
                  (contender, seconds) ->
                      H2Load.run(contender, piece, H2_CONNECTIONS, H2_STREAMS, seconds)));
        });
    for (boolean resumed : new boolean[] {false, true}) {
      cases.addAll(
          compare(
              resumed ? "new connection, resumed" : "new connection, full",
              false,
              contenders,
              (contender, seconds) -> Handshakes.run(contender, small, resumed, seconds)));
    }
    return cases;
  }

  /** A load of so many seconds. */
  private interface Generator {
    Load run(Contender contender, int seconds);
  }

  private static List<Case> compare(
      String name, boolean large, List<Contender> contenders, Generator load) {
    if (!name.matches(System.getProperty("filcdn.bench.only", ".*"))) {
      return List.of();
    }
    contenders.forEach(contender -> load.run(contender, WARM_UP_SECONDS));
    Turns turns = Turns.take(contenders, ROUNDS, contender -> load.run(contender, SECONDS));
    String unit = large ? "GB/s" : "1/s";
    ToDoubleFunction<Load> speed =
        large ? run -> run.bytesPerSecond() / 1e9 : Load::requestsPerSecond;
    Function<ToDoubleFunction<Load>, double[]> means =
        value -> new double[] {turns.mean(0, value), turns.mean(1, value)};
    double[] seen = means.apply(speed);
    double[] byProcessor = means.apply(run -> speed.applyAsDouble(run) / run.cores());
    double[] p99 = means.apply(Load::p99Millis);
    System.out.printf(
        Locale.ROOT,
        "%s: %.2f and %.2f %s, by processor time %.2f and %.2f, p99 %.2f and %.2f ms%n",
        name,
        seen[0],
        seen[1],
        unit,
        byProcessor[0],
        byProcessor[1],
        p99[0],
        p99[1]);
    return List.of(
        new Case(name, seen[0], unit, seen[1], Case.Better.MORE),
        new Case(
            name + ", by processor time", byProcessor[0], unit, byProcessor[1], Case.Better.MORE));
  }
}
