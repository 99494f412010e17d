package io.filcdn.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder with a backup: the files of Postgres, and a note of which network they are, which is
 * written last.
 */
record BackupFolder(Path root) {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String NETWORK = "network";

  /** The place of the files of Postgres. */
  Path postgres() {
    return root.resolve("postgres");
  }

  private Path note() {
    return root.resolve("backup.json");
  }

  /** Makes it, where it is not there. */
  void make() throws IOException {
    Files.createDirectories(root);
    try (Stream<Path> files = Files.list(root)) {
      if (files.findAny().isPresent()) {
        throw new StackFailure(
            "backup: expected an empty folder, found files in %s: name another".formatted(root));
      }
    }
  }

  /** Says that it is whole. */
  void finish(String network) throws IOException {
    Files.writeString(note(), JSON.writeValueAsString(Map.of(NETWORK, network)) + "\n");
  }

  /** The name of the network whose databases it has. */
  String network() {
    return readNote()
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .orElseThrow(
            () ->
                new StackFailure(
                    "restore: expected a folder that ./filcdn backup wrote to its end, found %s without a backup.json that names its network"
                        .formatted(root)));
  }

  private Optional<JsonNode> readNote() {
    try {
      return Optional.of(JSON.readTree(note().toFile()).path(NETWORK));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
