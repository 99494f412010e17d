package io.filcdn.sbom;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;

/**
 * A hole in libraries that somebody has published.
 *
 * @param id of a CVE or an advisory, or one that the project's release notes give
 * @param packages the libraries, each as {@code group:artifact}
 * @param affected versions, as Maven writes ranges: {@code [4.1.0,4.1.2)} ends below 4.1.2
 * @param source where it is told
 */
public record Hole(
    String id, List<String> packages, List<String> affected, Severity severity, URI source) {

  public Hole {
    packages = List.copyOf(packages);
    affected = List.copyOf(affected);
    if (id.isBlank() || packages.isEmpty() || affected.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a hole with id, packages and affected versions, found %s of %s in %s"
              .formatted(id, packages, affected));
    }
    affected.forEach(range -> parse(range));
  }

  /** Whether {@code component} has it. */
  boolean isIn(Component component) {
    DefaultArtifactVersion version = new DefaultArtifactVersion(component.version());
    return packages.contains(component.name())
        && affected.stream().anyMatch(range -> parse(range).containsVersion(version));
  }

  /** The versions that have it no longer: where its ranges end. */
  List<String> mendedIn() {
    List<String> ends = new ArrayList<>();
    for (String range : affected) {
      parse(range).getRestrictions().stream()
          .map(restriction -> restriction.getUpperBound())
          .filter(bound -> bound != null)
          .forEach(bound -> ends.add(bound.toString()));
    }
    return ends;
  }

  private static VersionRange parse(String range) {
    try {
      VersionRange parsed = VersionRange.createFromVersionSpec(range);
      if (parsed.hasRestrictions()) {
        return parsed;
      }
    } catch (InvalidVersionSpecificationException e) {
      throw new IllegalArgumentException("expected a range like [1.0,1.2), found " + range, e);
    }
    throw new IllegalArgumentException("expected a range like [1.0,1.2), found " + range);
  }
}
