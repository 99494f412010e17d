package io.filcdn.simulation.capacity;

import java.util.List;

/** The cost of an edge that sends so much, reckoned from what docs/performance.md measured. */
public final class EdgeModel {

  /**
   * A kind of response.
   *
   * @param name of its size
   * @param bytes of it
   * @param perCore responses a second that one core of the edge sends
   */
  public record Response(String name, long bytes, double perCore) {

    /** Bytes a second of one core. */
    public double bytesPerCore() {
      return bytes * perCore;
    }
  }

  /** Hits in cleartext over HTTP/1.1 (docs/performance.md, Edge: hits). */
  public static final List<Response> HITS =
      List.of(
          new Response("1 KiB", 1 << 10, 66_218),
          new Response("16 KiB", 16 << 10, 68_026),
          new Response("128 KiB", 128 << 10, 19_219),
          new Response("1 MiB", 1 << 20, 4.07e9 / (1 << 20)),
          new Response("64 MiB", 64 << 20, 3.56e9 / (64 << 20)));

  /** Bytes a second that one core verifies (docs/performance.md, CommP in vectors). */
  public static final double VERIFIED_PER_CORE = 1.14e9;

  private EdgeModel() {}

  /** The cores that send so many bits a second in responses of one kind. */
  public static double cores(double gigabits, Response response) {
    return gigabits * 1e9 / 8 / response.bytesPerCore();
  }

  /** The cores that verify what has to be fetched. */
  public static double verifyingCores(double gigabits, double missedBytes) {
    return gigabits * 1e9 / 8 * missedBytes / VERIFIED_PER_CORE;
  }
}
