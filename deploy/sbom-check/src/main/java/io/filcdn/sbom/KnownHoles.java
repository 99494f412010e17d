package io.filcdn.sbom;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * The list of known holes, as {@code deploy/security/known-holes.json} keeps it.
 *
 * @param date on which it was last renewed
 * @param sources where its entries come from
 * @param accepted holes that are lived with for a while
 */
public record KnownHoles(
    LocalDate date, List<String> sources, List<Hole> holes, List<Acceptance> accepted) {

  public KnownHoles {
    sources = List.copyOf(sources);
    holes = List.copyOf(holes);
    accepted = List.copyOf(accepted);
  }

  /** The file's shape: JSON has neither URIs nor days of its own. */
  private record Json(
      String date, List<String> sources, List<HoleJson> holes, List<AcceptanceJson> accepted) {}

  private record HoleJson(
      String id, List<String> packages, List<String> affected, Severity severity, String source) {

    Hole hole() {
      return new Hole(id, packages, affected, severity, URI.create(source));
    }
  }

  private record AcceptanceJson(String id, String until, String reason) {

    Acceptance acceptance() {
      return new Acceptance(id, LocalDate.parse(until), reason);
    }
  }

  /**
   * Reads the list.
   *
   * @throws IOException where it has another shape
   * @throws IllegalArgumentException where an entry makes no sense
   */
  public static KnownHoles read(Path file) throws IOException {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();
    Json json = mapper.readValue(file.toFile(), Json.class);
    return new KnownHoles(
        LocalDate.parse(json.date()),
        json.sources(),
        json.holes().stream().map(HoleJson::hole).toList(),
        json.accepted().stream().map(AcceptanceJson::acceptance).toList());
  }

  /** All holes of the list that {@code sbom} has, accepted or not. */
  public List<Finding> in(Sbom sbom, LocalDate today) {
    List<Finding> findings = new ArrayList<>();
    for (Component component : sbom.components()) {
      for (Hole hole : holes) {
        if (hole.isIn(component)) {
          findings.add(
              new Finding(
                  sbom.service(),
                  component,
                  hole,
                  accepted.stream().filter(each -> each.covers(hole, today)).findFirst()));
        }
      }
    }
    return findings;
  }
}
