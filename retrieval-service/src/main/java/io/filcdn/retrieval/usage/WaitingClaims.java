package io.filcdn.retrieval.usage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The claims on one quota that wait for metrics. An ask is for all of them; where there is not
 * enough for all, asks for the smallest so many follow, half of those left each time, until each is
 * granted or refused: only metrics' word refuses one. Guarded by its account.
 */
final class WaitingClaims {

  private final List<Claim> waiting = new ArrayList<>();

  /** Those that the ask under way is for, the smallest first. */
  private final List<Claim> asked = new ArrayList<>();

  /** The number of them, from the first on, that the ask needs. */
  private int tried;

  private List<Runnable> decided = new ArrayList<>();

  void add(Claim claim) {
    waiting.add(claim);
  }

  boolean isEmpty() {
    return asked.isEmpty();
  }

  /** True where none waits, asked for or not. */
  boolean isNobodys() {
    return asked.isEmpty() && waiting.isEmpty();
  }

  /** From now on the ask is for all that wait. */
  void askForAll() {
    asked.addAll(waiting);
    waiting.clear();
    asked.sort(Comparator.comparingLong(Claim::bytes));
    tried = asked.size();
  }

  /** The bytes without which an ask is of no use. */
  long needed() {
    return sum(asked.subList(0, tried));
  }

  /** The bytes that all want. */
  long wanted() {
    return sum(asked);
  }

  private static long sum(List<Claim> claims) {
    long sum = 0;
    for (Claim claim : claims) {
      sum = LeaseAccount.saturated(sum, claim.bytes());
    }
    return sum;
  }

  /**
   * Grants those that the ask was for as far as there is enough.
   *
   * @return how many bytes were granted
   */
  long grant(long available) {
    long granted = 0;
    int count = 0;
    while (count < asked.size() && asked.get(count).bytes() <= available - granted) {
      granted += asked.get(count).bytes();
      decide(asked.get(count), Claim.State.GRANTED);
      count++;
    }
    asked.subList(0, count).clear();
    tried = Math.max(0, tried - count);
    return granted;
  }

  /**
   * Where the ask did not get what it needed, there is none for the largest it was for, and for
   * those that are larger still.
   *
   * @return whether some are left to be asked for
   */
  boolean askForFewer(boolean enough) {
    if (!enough && tried > 0) {
      List<Claim> tooLarge = asked.subList(tried - 1, asked.size());
      tooLarge.forEach(claim -> decide(claim, Claim.State.REFUSED));
      tooLarge.clear();
    }
    tried = (asked.size() + 1) / 2;
    return !asked.isEmpty();
  }

  void leaveUnanswered() {
    asked.forEach(claim -> decide(claim, Claim.State.UNANSWERED));
    asked.clear();
  }

  /**
   * Puts back what the ask was for.
   *
   * @return whether that was anything
   */
  boolean postpone() {
    boolean any = waiting.addAll(asked);
    asked.clear();
    return any;
  }

  private void decide(Claim claim, Claim.State state) {
    claim.become(state);
    decided.add(claim.decided());
  }

  /** The tasks to run for those decided since the last call. */
  List<Runnable> decided() {
    List<Runnable> now = decided;
    decided = new ArrayList<>();
    return now;
  }
}
