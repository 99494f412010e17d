package io.filcdn.bench;

import io.filcdn.bench.report.Report;
import io.filcdn.bench.retrieval.LoadBench;
import io.filcdn.bench.retrieval.RetrievalBench;
import io.filcdn.bench.retrieval.TlsBench;
import io.filcdn.bench.retrieval.ZipfBench;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.verify.VerifyBench;
import java.time.Duration;

/** Runs one benchmark, prints its table and writes {@code target/bench/NAME.json}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    try {
      Checkout checkout = Checkout.ofProperty();
      Report report = run(args.length > 0 ? args[0] : "", checkout);
      System.out.print(report.table());
      System.out.println("written to " + report.write(checkout.output()));
    } catch (BenchFailure e) {
      System.err.println("filcdn: " + e.getMessage());
      System.exit(1);
    }
  }

  private static Report run(String name, Checkout checkout) {
    return switch (name) {
      case "verify" -> new VerifyBench(checkout).run();
      case "retrieval" -> new RetrievalBench(checkout).run();
      case "load" ->
          new LoadBench(checkout, Duration.ofMinutes(Long.getLong("filcdn.load.minutes", 30)))
              .run();
      case "zipf" -> new ZipfBench(checkout).run();
      case "tls" -> new TlsBench(checkout).run();
      default ->
          throw new BenchFailure(
              "expected the name of a benchmark (verify, retrieval, tls, zipf, load), found \"%s\""
                  .formatted(name));
    };
  }
}
