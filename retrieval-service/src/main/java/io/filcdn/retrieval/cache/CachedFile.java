package io.filcdn.retrieval.cache;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.bytes.ReprDigest;
import io.filcdn.retrieval.media.ContentType;
import io.filcdn.retrieval.refusal.Problem;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A verified piece in the disk cache, its hot parts in memory. */
public final class CachedFile implements Stored {

  private final PieceCid piece;
  private final Path folder;
  private final MemoryTier memory;
  private volatile @Nullable String contentType;
  private volatile Optional<ReprDigest> digest;
  private volatile boolean distrusted;

  /**
   * @param folder of all pieces
   */
  CachedFile(
      PieceCid piece,
      Path folder,
      MemoryTier memory,
      @Nullable String contentType,
      Optional<ReprDigest> digest) {
    this.piece = piece;
    this.folder = folder;
    this.memory = memory;
    this.contentType = contentType;
    this.digest = digest;
  }

  @Override
  public PieceCid piece() {
    return piece;
  }

  @Override
  public long bytes() {
    return piece.rawSize();
  }

  @Override
  public void delete() throws IOException {
    Files.deleteIfExists(path());
  }

  @Override
  public void distrust() {
    distrusted = true;
    memory.forget(piece);
  }

  Path path() {
    return in(folder, piece);
  }

  /**
   * The path where a piece lies; not remembered, as with a million pieces that would be most of the
   * heap.
   */
  static Path in(Path folder, PieceCid piece) {
    String name = piece.toString();
    return folder.resolve(name.substring(name.length() - 2)).resolve(name);
  }

  /** The media type that its first bytes suggest, once they were read. */
  public Optional<String> contentType() {
    return Optional.ofNullable(contentType);
  }

  /** The SHA-256 of the piece, where a fill computed it, and the bytes were read since. */
  Optional<ReprDigest> digest() {
    return digest;
  }

  /** Looks at the first bytes for the media type. Blocks on the disk. */
  void findContentType() throws IOException {
    try (Reader reader = new Reader()) {
      var _ = reader.file();
    }
  }

  /** The entry of the disk cache that a reader reads, where it reads one. */
  static Optional<Stored> readBy(PieceBytes bytes) {
    return switch (bytes) {
      case Reader reader -> Optional.of(reader.file);
      case SparseReader reader -> Optional.of(reader.file());
      case SeveralReaders readers -> Optional.of(readers.file());
      default -> Optional.empty();
    };
  }

  /** A reader of the piece; it opens the file when it first has to read it. */
  PieceBytes open() {
    return new Reader();
  }

  private final class Reader implements PieceBytes {

    private final CachedFile file = CachedFile.this;
    private @Nullable FileChannel channel;
    private boolean closed;
    private final MemoryTier.Reads reads = memory.reads(piece);

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
    public Optional<String> contentType() {
      return Optional.of(ContentType.orUnknown(contentType, piece.rawSize()));
    }

    @Override
    public Optional<ReprDigest> digest() {
      return digest;
    }

    @Override
    public long readable() {
      return piece.rawSize();
    }

    @Override
    public @Nullable ByteBuf resident(long position) {
      return contentType == null ? null : memory.get(piece, position);
    }

    @Override
    public ByteBuf read(long position, int most) throws IOException {
      FileChannel opened = file();
      return reads.want(position)
          ? memory.load(piece, opened, position, () -> !distrusted)
          : PieceBytes.super.read(position, most);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      int read = file().read(to, position);
      if (read < 0) {
        throw new IOException(
            "expected %d bytes in %s, found the end at %d"
                .formatted(piece.rawSize(), path(), position));
      }
      return read;
    }

    private synchronized FileChannel file() throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (channel == null) {
        channel = FileChannel.open(path(), StandardOpenOption.READ);
        if (contentType == null) {
          digest = DigestAttribute.read(path());
          contentType = ContentType.of(this);
        }
      }
      return channel;
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
      closed = true;
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
