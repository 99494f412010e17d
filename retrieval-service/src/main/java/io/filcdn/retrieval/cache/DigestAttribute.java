package io.filcdn.retrieval.cache;

import io.filcdn.retrieval.bytes.ReprDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of a piece as an attribute of its file: it is written with the file, and goes with
 * it. A file system without such attributes keeps none.
 */
final class DigestAttribute {

  private static final Logger LOG = Logger.getLogger(DigestAttribute.class);

  private static final String NAME = "filcdn.sha-256";
  private static final int BYTES = 32;

  private DigestAttribute() {}

  /** Writes the digest, where the file system takes it. Blocks on the disk. */
  static void write(Path file, ReprDigest digest) {
    UserDefinedFileAttributeView attributes = attributes(file);
    try {
      if (attributes != null) {
        attributes.write(NAME, ByteBuffer.wrap(digest.bytes()));
      }
    } catch (IOException e) {
      LOG.debugf("the SHA-256 of %s is not kept: %s", file, e.getMessage());
    }
  }

  /** Reads the digest, where there is one. Blocks on the disk. */
  static Optional<ReprDigest> read(Path file) {
    UserDefinedFileAttributeView attributes = attributes(file);
    ByteBuffer digest = ByteBuffer.allocate(BYTES);
    try {
      return attributes != null && attributes.read(NAME, digest) == BYTES
          ? Optional.of(ReprDigest.sha256(digest.array()))
          : Optional.empty();
    } catch (IOException e) {
      // most files without one, and all of a file system that has none
      return Optional.empty();
    }
  }

  private static @Nullable UserDefinedFileAttributeView attributes(Path file) {
    return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
  }
}
