package io.filcdn.retrieval.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.filcdn.common.piece.PieceCid;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The hot parts of verified pieces, outside the heap, in front of the disk: small pieces whole,
 * large ones, and what is here of sparse ones, in blocks of {@link #BLOCK} bytes. A block comes
 * here the second time it is asked for; W-TinyLFU (Caffeine) by weight decides what stays. Many who
 * read the same part share one copy, which is freed when it has left the tier and the last response
 * has sent it; until then it counts, so that slow clients cannot make the edge hold more than it
 * may. Safe for use by several threads.
 */
public final class MemoryTier {

  /** The part of a large piece that comes and goes as one. */
  static final int BLOCK = 1 << 20;

  /** The cost of a block beside its bytes. */
  private static final int OVERHEAD = 512;

  /** The number of blocks that are remembered as asked for once. */
  private static final long REMEMBERED = 100_000;

  private final long maxBytes;
  private final Cache<Key, ByteBuf> blocks;
  private final Cache<Key, Boolean> askedOnce;
  private final AtomicLong bytes = new AtomicLong();

  private record Key(PieceCid piece, int number) {}

  /**
   * @param maxBytes how much it holds, half as much again with what responses still send; 0 for
   *     nothing
   * @param executor where blocks are let go
   */
  public MemoryTier(long maxBytes, Executor executor) {
    this.maxBytes = maxBytes;
    this.blocks =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Key key, ByteBuf block) -> block.capacity() + OVERHEAD)
            .executor(executor)
            .removalListener(MemoryTier::removed)
            .build();
    this.askedOnce = Caffeine.newBuilder().maximumSize(REMEMBERED).executor(executor).build();
  }

  /** The bytes of all blocks, with those that left the tier and are still being sent. */
  public long bytes() {
    return bytes.get();
  }

  /**
   * The bytes that are here of a piece from {@code position} on, up to the end of its block; null
   * where none are. Whoever gets it releases it.
   */
  @Nullable ByteBuf get(PieceCid piece, long position) {
    ByteBuf block = blocks.getIfPresent(new Key(piece, number(position)));
    if (block == null) {
      return null;
    }
    try {
      return rest(block, position);
    } catch (IllegalReferenceCountException e) {
      // it left the tier just now
      return null;
    }
  }

  /** The reads of one reader of a piece: reading on in a block is not asking for it again. */
  final class Reads {

    private final PieceCid piece;
    private long block = -1;

    private Reads(PieceCid piece) {
      this.piece = piece;
    }

    /** True where the reader's next read is to load the block. Tells that it was asked for. */
    boolean want(long position) {
      boolean same = block == position / BLOCK;
      block = position / BLOCK;
      return !same && wants(piece, position);
    }
  }

  /** The reads of a new reader of a piece. */
  Reads reads(PieceCid piece) {
    return new Reads(piece);
  }

  /**
   * True where a block is asked for again, and there is room to hold it. Tells that it was asked.
   */
  boolean wants(PieceCid piece, long position) {
    return maxBytes > 0
        && askedOnce.asMap().put(new Key(piece, number(position)), true) != null
        && bytes.get() < maxBytes + maxBytes / 2;
  }

  /**
   * Reads a block of a piece's file and keeps it, unless others are asked for more often. Blocks on
   * the disk.
   *
   * @param trusted tells whether the file is still trusted. Whoever drops a file says so first, and
   *     then has the piece forgotten: what is read of it afterwards is not kept
   * @return its bytes from {@code position} on; whoever gets it releases it
   */
  // it is asked which block is kept, not what is in it
  @SuppressWarnings("ReferenceEquality")
  ByteBuf load(PieceCid piece, FileChannel file, long position, BooleanSupplier trusted)
      throws IOException {
    int number = number(position);
    long start = (long) number * BLOCK;
    ByteBuf block = new Block((int) Math.min(BLOCK, piece.rawSize() - start));
    try {
      read(file, start, block);
    } catch (Throwable e) {
      block.release();
      throw e;
    }
    ByteBuf rest = rest(block, position);
    ByteBuf kept =
        blocks
            .asMap()
            .compute(
                new Key(piece, number), (key, other) -> trusted.getAsBoolean() ? block : other);
    if (kept != block) {
      block.release();
    }
    return rest;
  }

  /** Forgets a piece; responses under way go on. */
  void forget(PieceCid piece) {
    for (long start = 0; start < piece.rawSize(); start += BLOCK) {
      blocks.invalidate(new Key(piece, number(start)));
    }
  }

  private static int number(long position) {
    return Math.toIntExact(position / BLOCK);
  }

  private static ByteBuf rest(ByteBuf block, long position) {
    int offset = (int) (position % BLOCK);
    return block.retainedSlice(offset, block.capacity() - offset);
  }

  private static void read(FileChannel file, long start, ByteBuf block) throws IOException {
    ByteBuffer to = block.nioBuffer(0, block.capacity());
    while (to.hasRemaining()) {
      if (file.read(to, start + to.position()) < 0) {
        throw new IOException(
            "expected %d bytes from %d on, found the end".formatted(block.capacity(), start));
      }
    }
  }

  private static void removed(@Nullable Key key, @Nullable ByteBuf block, RemovalCause cause) {
    Optional.ofNullable(block).ifPresent(ByteBuf::release);
  }

  /** Memory that counts until it is freed. */
  private final class Block extends UnpooledDirectByteBuf {

    private final ByteBuf memory;

    Block(int capacity) {
      // not made all zeros, nor of pages that are new each time: a file's bytes fill it at once
      this(UnpooledByteBufAllocator.DEFAULT.directBuffer(capacity, capacity));
    }

    private Block(ByteBuf memory) {
      super(memory.alloc(), memory.nioBuffer(0, memory.capacity()), memory.capacity());
      this.memory = memory;
      bytes.addAndGet(memory.capacity());
    }

    @Override
    protected void deallocate() {
      bytes.addAndGet(-maxCapacity());
      super.deallocate();
      memory.release();
    }
  }
}
