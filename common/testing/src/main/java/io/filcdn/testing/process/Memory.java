package io.filcdn.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The memory that processes take: their proportional set size, in which a page that several share
 * counts for each with its part, so that sums are true. Linux tells it; other systems do not.
 */
public final class Memory {

  private static final String LINE = "Pss:";
  private static final long KIBIBYTE = 1024;

  private Memory() {}

  /** Bytes that a process alone holds; empty where the system does not tell. */
  public static OptionalLong of(ProcessHandle process) {
    return sum(Stream.of(process));
  }

  /** Bytes that a process and those it started hold; empty where the system does not tell. */
  public static OptionalLong ofAll(ProcessHandle process) {
    return sum(Stream.concat(Stream.of(process), process.descendants()));
  }

  private static OptionalLong sum(Stream<ProcessHandle> processes) {
    long[] sizes = processes.flatMap(each -> pss(each.pid())).mapToLong(Long::longValue).toArray();
    return sizes.length == 0 ? OptionalLong.empty() : OptionalLong.of(Arrays.stream(sizes).sum());
  }

  private static Stream<Long> pss(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith(LINE))
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBIBYTE)
          .toList()
          .stream();
    } catch (IOException | UncheckedIOException e) {
      // it ended just now, or this is no Linux
      return Stream.empty();
    }
  }
}
