package io.filcdn.sbom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A CycloneDX list of what a service consists of.
 *
 * @param service the service's name
 */
public record Sbom(String service, List<Component> components) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  public Sbom {
    components = List.copyOf(components);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException where there is none, or an empty one
   */
  public static Sbom read(String service, Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "expected the SBOM of %s at %s, found none: mvn package makes it"
              .formatted(service, file));
    }
    List<Component> components = new ArrayList<>();
    for (JsonNode each : JSON.readTree(file.toFile()).path("components")) {
      components.add(
          new Component(
              each.path("group").asText() + ":" + each.path("name").asText(),
              each.path("version").asText()));
    }
    if (components.isEmpty()) {
      throw new IllegalArgumentException(
          "expected components in the SBOM %s, found none".formatted(file));
    }
    return new Sbom(service, components);
  }
}
