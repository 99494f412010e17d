package io.filcdn.metrics.credits;

import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Credit that a service holds for a while.
 *
 * <pre>
 *  open ──commit, with seconds──&gt; open
 *    ├──commit──&gt; committed
 *    ├──void────&gt; voided
 *    └──time────&gt; timedOut
 * </pre>
 *
 * @param amount what it held at first
 * @param committed the part that was used; grants are used in the order of {@code parts}
 * @param parts what it took of which grants; their sum is {@code amount}
 * @param expires when what it still holds comes back
 * @param closed when it was closed; empty while it is open
 */
public record Reservation(
    ReservationName name,
    BookKey book,
    CreditAmount amount,
    CreditAmount committed,
    List<Part> parts,
    State state,
    Instant expires,
    Optional<Instant> closed) {

  /** An amount of one grant. */
  public record Part(long grant, CreditAmount amount) {}

  /** The state of a reservation. */
  public enum State {
    OPEN("open"),
    COMMITTED("committed"),
    VOIDED("voided"),
    TIMED_OUT("timedOut");

    private final String text;

    State(String text) {
      this.text = text;
    }

    static State of(String text) {
      return Arrays.stream(values())
          .filter(state -> state.text.equals(text))
          .findFirst()
          .orElseThrow();
    }

    @JsonValue
    @Override
    public String toString() {
      return text;
    }
  }

  public boolean isOpen() {
    return state == State.OPEN;
  }

  /** True where its time is over, and that has not been entered. */
  boolean isDue(Instant now) {
    return isOpen() && !now.isBefore(expires);
  }

  /** The parts of it between two sums. */
  List<Part> between(CreditAmount from, CreditAmount to) {
    List<Part> found = new ArrayList<>();
    CreditAmount start = CreditAmount.ZERO;
    for (Part part : parts) {
      CreditAmount end = start.plus(part.amount);
      CreditAmount first = start.compareTo(from) >= 0 ? start : from;
      CreditAmount last = end.min(to);
      if (first.compareTo(last) < 0) {
        found.add(new Part(part.grant, last.minus(first)));
      }
      start = end;
    }
    return found;
  }

  Reservation committed(CreditAmount sum) {
    return new Reservation(name, book, amount, sum, parts, state, expires, closed);
  }

  Reservation until(Instant end) {
    return new Reservation(name, book, amount, committed, parts, state, end, closed);
  }

  Reservation closed(State end, Instant at) {
    return new Reservation(name, book, amount, committed, parts, end, expires, Optional.of(at));
  }
}
