package io.filcdn.retrieval.stores;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jboss.logging.Logger;

/**
 * A file that takes up space, so that an edge whose disk is full can still start and count: it is
 * deleted where the stores cannot be opened otherwise, and made again once there is room.
 */
public final class DiskReserve {

  private static final Logger LOG = Logger.getLogger(DiskReserve.class);
  private static final int BLOCK = 1 << 20;

  /** The bytes that have to be left besides the reserve, before it is made again. */
  private static final long LEFT = 64 << 20;

  private final Path file;
  private final long bytes;

  /**
   * @param bytes its size; 0 for none
   */
  DiskReserve(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /**
   * Deletes the file.
   *
   * @return how many bytes that sets free
   */
  long release() {
    try {
      long size = Files.exists(file) ? Files.size(file) : 0;
      Files.deleteIfExists(file);
      return size;
    } catch (IOException e) {
      LOG.warnf("the reserve cannot be deleted: %s", e);
      return 0;
    }
  }

  /** Makes the file, where it is missing and there is room. Blocks on the disk. */
  public void restore() {
    try {
      if (bytes > 0 && !Files.exists(file) && hasRoom()) {
        write();
      }
    } catch (IOException e) {
      long freed = release();
      LOG.warnf("the reserve cannot be made (%d bytes of it are deleted): %s", freed, e);
    }
  }

  private boolean hasRoom() throws IOException {
    return Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace() >= bytes + LEFT;
  }

  /** Bytes, not a hole: a sparse file would reserve nothing. */
  private void write() throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(BLOCK);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long left = bytes; left > 0; ) {
        zeros.clear().limit((int) Math.min(BLOCK, left));
        left -= channel.write(zeros);
      }
    }
  }
}
