package io.filcdn.retrieval.admission;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Allowances;
import io.filcdn.retrieval.usage.FillCharge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongBinaryOperator;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * The limits of what clients may make the edge fetch from providers within an hour: a payer pays
 * for the whole piece, however little of it a client takes. Limited are the fetches that brought
 * anything, apart from them those that brought nothing of pieces whose size is the client's guess,
 * the bytes beyond what their client took, and as a share of the data set's cache-miss quota, both
 * these and all bytes, so that no client alone uses up what is there for all. The networks that a
 * client lies in have limits of their own, which are wider.
 *
 * <p>A fetch holds what it can cost when it begins, and is charged what it did cost once it and its
 * response are over; in between, a client that takes less than it asked for can get ahead of its
 * limit by what it has under way.
 */
public final class FillLimits {

  private static final Duration HOUR = Duration.ofHours(1);

  /** So much of a data set's quota a client may use, however small its share would be. */
  private static final long LEAST_SHARE = 1L << 30;

  private final Limits limits;
  private final Allowances<Object> fetches;
  private final Allowances<Object> unasked;
  private final Allowances<Object> bytes;

  /**
   * The bounds, by the hour.
   *
   * @param perClient fetches that a client may begin
   * @param perDataSet fetches that may be begun for a data set
   * @param unaskedPerClient bytes beyond what the client took
   * @param unaskedPerDataSet bytes beyond what clients took
   * @param shares of the cache-miss quota that is left
   * @param widerFactor how many times as much wider networks may have, as {@link Prefix#bound} says
   */
  public record Limits(
      long perClient,
      long perDataSet,
      long unaskedPerClient,
      long unaskedPerDataSet,
      Shares shares,
      int widerFactor) {}

  /**
   * Parts of the cache-miss quota that a data set has left, 0 to 1, by the hour.
   *
   * @param perClient all bytes that one client may make the edge fetch
   * @param unaskedPerClient those beyond what it took
   * @param unaskedPerDataSet those beyond what all clients took
   */
  public record Shares(double perClient, double unaskedPerClient, double unaskedPerDataSet) {}

  /**
   * A fetch that is about to begin.
   *
   * @param networks of the client, the narrowest first
   * @param size of what is fetched: groups of the piece, or all of it
   * @param asked how many of its bytes the client asks for
   * @param quota what the data set has left for cache misses; {@link Long#MAX_VALUE} where that is
   *     not known
   * @param sized whether the index tells the piece's size; else it is the client's guess
   */
  public record Fetch(
      List<Prefix> networks, DataSetId dataSet, long size, long asked, long quota, boolean sized) {

    /** The bytes beyond those that the client asks for. */
    long more() {
      // some of what is asked for can be here already
      return Math.max(0, size - asked);
    }
  }

  /** The decision whether a fetch may begin. */
  public sealed interface Leave {

    /** A fetch that may begin, and is charged. */
    record Given(FillCharge charge) implements Leave {}

    /** A fetch that may not begin. */
    record Refused(Refusal refusal) implements Leave {}
  }

  private record NetworkOfDataSet(Prefix network, DataSetId dataSet) {}

  private record GuessesOf(Prefix network) {}

  /** The bytes that a fetch holds of one limit, and how it is charged. */
  private record Account(
      Allowances<Object> table,
      Object who,
      long limit,
      long held,
      LongBinaryOperator used,
      Refusal refusal) {

    boolean hold() {
      return table.hold(who, held, limit);
    }

    void free() {
      table.free(who, held);
    }

    void settle(long fetched, long accepted) {
      long spent = used.applyAsLong(fetched, accepted);
      table.spend(who, Math.min(held, spent), Math.max(0, spent - held));
      table.free(who, Math.max(0, held - spent));
    }
  }

  /**
   * @param nanoTime a clock for measuring
   */
  public FillLimits(Limits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.fetches = new Allowances<>(HOUR, nanoTime);
    this.unasked = new Allowances<>(HOUR, nanoTime);
    this.bytes = new Allowances<>(HOUR, nanoTime);
  }

  /**
   * Lets a client begin a fetch.
   *
   * @param fetched is told what providers supplied, once all is over
   */
  public Leave begin(Fetch fetch, Consumer<List<FillCharge.Supplied>> fetched) {
    List<Account> accounts = accounts(fetch);
    for (int i = 0; i < accounts.size(); i++) {
      if (!accounts.get(i).hold()) {
        accounts.subList(0, i).forEach(Account::free);
        return new Leave.Refused(accounts.get(i).refusal);
      }
    }
    return new Leave.Given(
        new FillCharge(
            (supplied, accepted) -> {
              long bytes = supplied.stream().mapToLong(FillCharge.Supplied::bytes).sum();
              accounts.forEach(each -> each.settle(bytes, accepted));
              fetched.accept(supplied);
            }));
  }

  /** The widest first: of a network that may not, no narrower one takes a place in the tables. */
  private List<Account> accounts(Fetch fetch) {
    List<Account> accounts = new ArrayList<>();
    ofDataSet(fetch, accounts);
    for (Prefix network : fetch.networks.reversed()) {
      ofNetwork(network, fetch, accounts);
    }
    return accounts;
  }

  private void ofDataSet(Fetch fetch, List<Account> accounts) {
    DataSetId dataSet = fetch.dataSet;
    Refusal refusal = Refusal.TOO_MANY_FILLS_OF_DATA_SET;
    long share = share(limits.shares.unaskedPerDataSet, fetch.quota);
    long most = Math.min(limits.unaskedPerDataSet, share);
    accounts.add(new Account(fetches, dataSet, limits.perDataSet, 1, FillLimits::countOf, refusal));
    accounts.add(new Account(unasked, dataSet, most, fetch.more(), FillLimits::unaskedOf, refusal));
  }

  private void ofNetwork(Prefix network, Fetch fetch, List<Account> accounts) {
    NetworkOfDataSet both = new NetworkOfDataSet(network, fetch.dataSet);
    Refusal refusal = Refusal.TOO_MANY_FILLS_OF_CLIENT;
    LongUnaryOperator bound = perClient -> network.bound(perClient, limits.widerFactor);
    long most = bound.applyAsLong(limits.perClient);
    long mostUnasked = bound.applyAsLong(limits.unaskedPerClient);
    long shareUnasked = bound.applyAsLong(share(limits.shares.unaskedPerClient, fetch.quota));
    long share = bound.applyAsLong(share(limits.shares.perClient, fetch.quota));
    accounts.add(new Account(fetches, network, most, 1, FillLimits::countOf, refusal));
    accounts.add(
        new Account(unasked, network, mostUnasked, fetch.more(), FillLimits::unaskedOf, refusal));
    accounts.add(
        new Account(unasked, both, shareUnasked, fetch.more(), FillLimits::unaskedOf, refusal));
    accounts.add(new Account(bytes, both, share, fetch.size, FillLimits::bytesOf, refusal));
    if (!fetch.sized) {
      Object guesses = new GuessesOf(network);
      accounts.add(new Account(fetches, guesses, most, 1, FillLimits::wrongGuessesOf, refusal));
    }
  }

  private static long share(double part, long quota) {
    return quota == Long.MAX_VALUE ? quota : Math.max(LEAST_SHARE, (long) (part * quota));
  }

  /** A fetch counts where it brought anything. */
  private static long countOf(long fetched, long accepted) {
    return fetched > 0 ? 1 : 0;
  }

  private static long wrongGuessesOf(long fetched, long accepted) {
    return 1 - countOf(fetched, accepted);
  }

  private static long bytesOf(long fetched, long accepted) {
    return fetched;
  }

  private static long unaskedOf(long fetched, long accepted) {
    return Math.max(0, fetched - accepted);
  }
}
