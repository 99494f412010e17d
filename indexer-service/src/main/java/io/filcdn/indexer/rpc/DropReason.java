package io.filcdn.indexer.rpc;

import java.util.Locale;

/** The reason why a log of a node's answer is dropped: it is not of what the node was asked for. */
public enum DropReason {
  /** The node marks it as one that a reorganisation took back. */
  REMOVED,
  /** It is of a block outside the range. */
  OUT_OF_RANGE,
  /** Another contract wrote it. */
  OTHER_ADDRESS,
  /** It is of another block than the one of its number. */
  OTHER_BLOCK,
  /** The answer holds it already. */
  DUPLICATE;

  /** The spelling in metrics: {@code other-block}. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
