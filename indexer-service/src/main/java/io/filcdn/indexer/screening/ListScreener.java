package io.filcdn.indexer.screening;

import io.filcdn.common.chain.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Set;

/**
 * A file of sanctioned addresses, one a line; empty lines and what follows a {@code #} are
 * comments. It is read again when it changes. A line that is no address makes all of it unusable,
 * as it may be the one that matters. For one thread.
 */
public final class ListScreener implements Screener {

  private final Path file;
  private FileTime readAsOf = FileTime.fromMillis(0);
  private Set<Address> sanctioned = Set.of();

  public ListScreener(Path file) {
    this.file = file;
  }

  @Override
  public Verdict screen(Address address) {
    try {
      readWhereChanged();
    } catch (IOException | IllegalArgumentException e) {
      return new Verdict.Unavailable("the list %s cannot be used: %s".formatted(file, e));
    }
    return sanctioned.contains(address) ? new Verdict.Sanctioned() : new Verdict.Clear();
  }

  private void readWhereChanged() throws IOException {
    FileTime changed = Files.getLastModifiedTime(file);
    if (changed.equals(readAsOf)) {
      return;
    }
    Set<Address> found = new HashSet<>();
    for (String line : Files.readAllLines(file)) {
      String text = line.replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        found.add(Address.of(text));
      }
    }
    sanctioned = Set.copyOf(found);
    readAsOf = changed;
  }
}
