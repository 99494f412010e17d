package io.filcdn.retrieval.response;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.bytes.ReprDigest;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.response.Multipart.Part;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bytes of a {@link Multipart} body: the heads of its parts, and a piece's bytes. */
final class MultipartBytes implements PieceBytes {

  private final Multipart body;
  private final PieceBytes piece;

  MultipartBytes(Multipart body, PieceBytes piece) {
    this.body = body;
    this.piece = piece;
  }

  @Override
  public State state() {
    return piece.state();
  }

  @Override
  public Optional<Problem> problem() {
    return piece.problem();
  }

  @Override
  public Optional<ProviderId> supplier() {
    return piece.supplier();
  }

  @Override
  public Optional<ReprDigest> digest() {
    return piece.digest();
  }

  @Override
  public Optional<String> contentType() {
    return Optional.of(body.contentType());
  }

  @Override
  public long readable() {
    return readableFrom(0);
  }

  @Override
  public long readableFrom(long position) {
    Optional<Part> next = Optional.of(body.partAt(position));
    long end = position;
    while (next.isPresent()) {
      Part part = next.get();
      long from = Math.max(part.range().start(), part.inPiece(end));
      if (from < part.range().end() && piece.readableFrom(from) < part.range().end()) {
        return Math.max(part.inBody(piece.readableFrom(from)), part.bytesFrom());
      }
      end = part.end();
      next = body.after(part);
    }
    return end;
  }

  @Override
  public boolean isVerifiedAsItComes() {
    return piece.isVerifiedAsItComes();
  }

  @Override
  public boolean waitsForReader() {
    return piece.waitsForReader();
  }

  @Override
  public @Nullable ByteBuf resident(long position) {
    Part part = body.partAt(position);
    if (position < part.bytesFrom()) {
      int from = (int) (position - part.start());
      return Unpooled.wrappedBuffer(part.head(), from, part.head().length - from);
    }
    ByteBuf here = piece.resident(part.inPiece(position));
    return here == null ? null : cutTo(here, part.end() - position);
  }

  @Override
  public ByteBuf read(long position, int most) throws IOException {
    Part part = body.partAt(position);
    if (position < part.bytesFrom()) {
      return Unpooled.wrappedBuffer(part.head(), 0, part.head().length)
          .slice((int) (position - part.start()), (int) (part.bytesFrom() - position));
    }
    long rest = part.end() - position;
    return cutTo(piece.read(part.inPiece(position), (int) Math.min(most, rest)), rest);
  }

  private static ByteBuf cutTo(ByteBuf found, long rest) {
    return found.writerIndex(found.readerIndex() + (int) Math.min(found.readableBytes(), rest));
  }

  @Override
  public int read(ByteBuffer to, long position) throws IOException {
    ByteBuf bytes = read(position, to.remaining());
    try {
      int length = Math.min(bytes.readableBytes(), to.remaining());
      bytes.getBytes(bytes.readerIndex(), to.slice(to.position(), length));
      to.position(to.position() + length);
      return length;
    } finally {
      bytes.release();
    }
  }

  @Override
  public void subscribe(Runnable listener) {
    piece.subscribe(listener);
  }

  @Override
  public void unsubscribe(Runnable listener) {
    piece.unsubscribe(listener);
  }

  @Override
  public void close() {
    piece.close();
  }
}
