package io.filcdn.bench.verify;

import io.filcdn.common.piece.CommPHasher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** Our side of the comparison: what {@link Contestant} tells of, with {@link CommPHasher}. */
final class HashingProcess {

  private static final int STEP = 64 << 10;

  private HashingProcess() {}

  /** Arguments: the file, and {@code warm} or {@code plain}. */
  public static void main(String[] args) throws IOException {
    byte[] payload = Files.readAllBytes(Path.of(args[0]));
    if (args[1].equals("warm")) {
      System.err.println(CommPHasher.warmUp());
    }
    ThreadMXBean processor = ManagementFactory.getThreadMXBean();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (lines.readLine() != null) {
      long start = processor.getCurrentThreadCpuTime();
      CommPHasher hasher = new CommPHasher();
      for (int at = 0; at < payload.length; at += STEP) {
        hasher.update(payload, at, Math.min(STEP, payload.length - at));
      }
      String root = HexFormat.of().formatHex(hasher.finish().commP().bytes());
      long nanos = processor.getCurrentThreadCpuTime() - start;
      System.out.printf("%d %d %s%n", payload.length, nanos, root);
    }
  }
}
