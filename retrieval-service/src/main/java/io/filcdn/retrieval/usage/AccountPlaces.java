package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.chain.Address;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The places for accounts of clients and tokens, which payers share. A payer may take as many as
 * there are left, so that the clients of one never keep those of another out: one payer has half of
 * all at most, and of several each the same part. Safe for use by several threads.
 */
final class AccountPlaces {

  private final int most;

  /** The places that are taken, by the payer whose clients and tokens have them. */
  @GuardedBy("this")
  private final Map<Optional<Address>, Integer> taken = new HashMap<>();

  @GuardedBy("this")
  private int all;

  AccountPlaces(int most) {
    this.most = most;
  }

  /**
   * Takes a place, if the payer may.
   *
   * @param payer whose client or token it is; those of whom nobody knows share one part
   */
  synchronized boolean enter(Optional<Address> payer) {
    if (taken.getOrDefault(payer, 0) >= most - all) {
      return false;
    }
    taken.merge(payer, 1, Integer::sum);
    all++;
    return true;
  }

  /** Gives a place back. */
  synchronized void leave(Optional<Address> payer) {
    taken.computeIfPresent(payer, (_, places) -> places == 1 ? null : places - 1);
    all--;
  }

  /** True where a payer could soon have as many as he may. */
  synchronized boolean areFew() {
    return all > most / 4;
  }
}
