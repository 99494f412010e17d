package io.filcdn.stack;

import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/**
 * The identity of this stack's edge, made with its first start and kept in the data folder.
 *
 * @param privateKey what the edge signs with; for its user alone
 * @param list the list of edges that metrics reads
 */
record EdgeKeys(Path privateKey, Path list) {

  /** The name of the one edge. */
  static final String EDGE = "local";

  /** The identity in a data folder, which is made where there is none. */
  static EdgeKeys in(DataFolder data) {
    Path folder = data.root().resolve("identity");
    EdgeKeys keys = new EdgeKeys(folder.resolve(EDGE + ".pem"), folder.resolve("edges.json"));
    if (!Files.exists(keys.list)) {
      try {
        Files.createDirectories(folder);
        keys.make();
      } catch (IOException e) {
        throw new StackFailure("no identity can be written to %s: %s".formatted(folder, e), e);
      }
    }
    return keys;
  }

  private void make() throws IOException {
    EdgeKeyPair pair = EdgeKeyPair.generate();
    writeSecret(privateKey, pair.privatePem());
    Files.writeString(
        list,
        RecordJson.write(List.of(Map.of("edge", EDGE, "publicKey", pair.publicKey().text()))));
  }

  /** Writes a file that is for its user alone. */
  static void writeSecret(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }
}
