package io.filcdn.retrieval.cache;

import io.filcdn.common.proof.GroupRun;
import java.util.BitSet;

/** A reader, and the groups that are fetched for it. Confined to its fill's event loop. */
final class GroupWant {

  private final SparseReader reader;
  private final FillContext request;
  private final BitSet claimed;

  /** True where what is fetched was far ahead of its reader once. */
  private boolean slow;

  /**
   * @param claimed the groups that are fetched for it, and not here yet
   */
  GroupWant(SparseReader reader, FillContext request, BitSet claimed) {
    this.reader = reader;
    this.request = request;
    this.claimed = claimed;
  }

  SparseReader reader() {
    return reader;
  }

  /** The context that its request brought. */
  FillContext request() {
    return request;
  }

  /** The groups that are fetched for it, and not here yet; changed as they come and go. */
  BitSet claimed() {
    return claimed;
  }

  /** Notes that its groups come faster than they are read. */
  void fallsBehind() {
    slow = true;
  }

  /**
   * The most groups from one on that are asked for at a time: of a slow reader, those that it reads
   * soon, so that no provider sends what is not taken.
   */
  int most(int first, int ahead) {
    return slow ? reader.group() + ahead - first : Integer.MAX_VALUE;
  }

  /** True where its reader reads, or soon will. */
  boolean isReading() {
    return reader.hasBegun() && !reader.isClosed();
  }

  /** True where its reader reads a group soon: within so many from the one that it reads. */
  boolean reads(int group, int ahead) {
    int at = reader.group();
    return isReading() && group >= at && group < Math.min(at + ahead, end());
  }

  /** The groups that its reader reads soon: so many from the one that it reads. */
  BitSet next(int ahead) {
    int at = reader.group();
    BitSet next = new BitSet();
    if (isReading() && at < end()) {
      next.set(at, Math.min(at + ahead, end()));
    }
    return next;
  }

  /** The group behind the last one of its range. */
  int end() {
    return reader.file().groupAt(reader.range().end() - 1) + 1;
  }

  /** Another claims a run. */
  void leave(GroupRun run) {
    claimed.clear(Math.toIntExact(run.first()), Math.toIntExact(run.last() + 1));
  }

  /** Claims a run of its range, which nobody else claims. */
  void take(GroupRun run) {
    claimed.set(Math.toIntExact(run.first()), Math.toIntExact(run.last() + 1));
  }

  /** Takes the groups of its range out of {@code orphans}: they are fetched for it. */
  void inherit(BitSet orphans) {
    BitSet its = new BitSet();
    its.set(reader.file().groupAt(reader.range().start()), end());
    its.and(orphans);
    claimed.or(its);
    orphans.andNot(its);
  }
}
