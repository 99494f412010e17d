package io.filcdn.retrieval.cache;

import java.util.BitSet;

/** A reader, and the groups that are fetched for it. Confined to its fill's event loop. */
final class GroupWant {

  private final SparseReader reader;
  private final FillContext request;
  private final BitSet claimed;

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

  /** Takes the groups of its range out of {@code orphans}: they are fetched for it. */
  void inherit(BitSet orphans) {
    SparseFile file = reader.file();
    BitSet its = new BitSet();
    its.set(file.groupAt(reader.range().start()), file.groupAt(reader.range().end() - 1) + 1);
    its.and(orphans);
    claimed.or(its);
    orphans.andNot(its);
  }
}
