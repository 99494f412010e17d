package io.filcdn.retrieval.cache;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.delivery.PieceBytes;
import io.filcdn.retrieval.delivery.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A verified piece in the disk cache. */
public final class CachedFile {

  private final Path path;
  private final long size;
  private volatile @Nullable String contentType;

  CachedFile(Path path, long size, @Nullable String contentType) {
    this.path = path;
    this.size = size;
    this.contentType = contentType;
  }

  Path path() {
    return path;
  }

  /** A reader of the piece; it opens the file when it first reads. */
  PieceBytes open() {
    return new Reader();
  }

  private final class Reader implements PieceBytes {

    private @Nullable FileChannel channel;

    @Override
    public State state() {
      return State.VERIFIED;
    }

    @Override
    public Optional<Problem> problem() {
      return Optional.empty();
    }

    @Override
    public Optional<ProviderId> supplier() {
      return Optional.empty();
    }

    @Override
    public String contentType() {
      return Objects.requireNonNullElse(contentType, "application/octet-stream");
    }

    @Override
    public long readable() {
      return size;
    }

    @Override
    public synchronized int read(ByteBuffer to, long position) throws IOException {
      if (channel == null) {
        channel = FileChannel.open(path, StandardOpenOption.READ);
        if (contentType == null) {
          contentType = ContentType.of(this);
        }
      }
      int read = channel.read(to, position);
      if (read < 0) {
        throw new IOException(
            "expected %d bytes in %s, found the end at %d".formatted(size, path, position));
      }
      return read;
    }

    @Override
    public void subscribe(Runnable listener) {
      // nothing will change: all bytes are here
    }

    @Override
    public void unsubscribe(Runnable listener) {
      // nothing was subscribed
    }

    @Override
    public synchronized void close() {
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException("a cached file cannot be closed", e);
        }
      }
    }
  }
}
