package io.filcdn.stack;

import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The wallet by which gated providers know this stack's edge, made with its first start and kept in
 * the data folder.
 *
 * @param key what proofs are signed with; for its user alone
 * @param vouchers the list of payers' vouchers, which begins empty
 */
record GranteeFiles(Path key, Path vouchers) {

  private static final int KEY_BYTES = 32;

  /** The wallet in a data folder, which is made where there is none. */
  static GranteeFiles in(DataFolder data) {
    Path folder = data.root().resolve("identity");
    GranteeFiles files =
        new GranteeFiles(folder.resolve("grantee.key"), folder.resolve("vouchers.json"));
    if (!Files.exists(files.vouchers)) {
      try {
        Files.createDirectories(folder);
        files.make();
      } catch (IOException e) {
        throw new StackFailure("no wallet can be written to %s: %s".formatted(folder, e), e);
      }
    }
    return files;
  }

  private void make() throws IOException {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    EdgeKeys.writeSecret(key, HexFormat.of().formatHex(random) + "\n");
    Files.writeString(vouchers, "{\"vouchers\": []}\n");
  }
}
