package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillSchedule.Victim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The wall clocks of services, each of which can be off: by libfaketime, where this machine has it.
 * Their monotonic clocks, which measure time itself, go on.
 */
final class DrillClocks {

  private static final Path LIBRARIES = Path.of("/usr/lib");
  private static final String PATTERN = "glob:/usr/lib/**/faketime/libfaketime.so.1";

  private final Path folder;
  private final Optional<Path> library;
  private final Set<Victim> off = EnumSet.noneOf(Victim.class);

  private DrillClocks(Path folder, Optional<Path> library) {
    this.folder = folder;
    this.library = library;
  }

  /**
   * All of them, and right.
   *
   * @param folder for a file of each
   */
  static DrillClocks in(Path folder) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher(PATTERN);
    try (Stream<Path> files = Files.find(LIBRARIES, 3, (path, _) -> matcher.matches(path))) {
      DrillClocks clocks = new DrillClocks(Files.createDirectories(folder), files.findFirst());
      Victim.services().forEach(service -> clocks.write(service, 0));
      return clocks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What keeps clocks from being moved, for a person; empty where nothing does. */
  Optional<String> missing() {
    return library.isPresent()
        ? Optional.empty()
        : Optional.of("clocks were not moved: this machine has no libfaketime");
  }

  /** The environment in which a service's clock is that of its file. */
  Map<String, String> environment(Victim service) {
    Map<String, String> environment = new HashMap<>();
    library.ifPresent(
        path -> {
          environment.put("LD_PRELOAD", path.toString());
          environment.put("FAKETIME_TIMESTAMP_FILE", file(service).toString());
          // the file is read as often: each second
          environment.put("FAKETIME_CACHE_DURATION", "1");
          environment.put("DONT_FAKE_MONOTONIC", "1");
          // Java waits by the monotonic clock: a wait must not be converted to the other one
          environment.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
        });
    return environment;
  }

  /** The same of all services of a stack, as {@code ./filcdn up} passes them on. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    Victim.services().stream()
        .filter(service -> service != Victim.SECOND)
        .forEach(
            service ->
                environment(service)
                    .forEach(
                        (name, value) ->
                            environment.put("FILCDN_UP_%s_%s".formatted(service, name), value)));
    return environment;
  }

  /** Has a service's clock be off by so many seconds within a second from now. */
  void shift(Victim service, int seconds) {
    off.add(service);
    write(service, seconds);
  }

  /** Puts all right. */
  void right() {
    off.forEach(service -> write(service, 0));
    off.clear();
  }

  private Path file(Victim service) {
    return folder.resolve(service.name());
  }

  private void write(Victim service, int seconds) {
    try {
      Path part = Files.writeString(folder.resolve("part"), "%+d".formatted(seconds));
      Files.move(part, file(service), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
