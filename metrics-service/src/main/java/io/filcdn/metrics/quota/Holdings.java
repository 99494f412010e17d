package io.filcdn.metrics.quota;

import io.filcdn.common.access.KeyId;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.odometer.Odometer;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.quota.PostgresKeyUsage.Caps;
import io.filcdn.metrics.quota.QuotaUsage.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The limits of what journals may count in one transaction: what they hold of each quota, and what
 * an odometer can show. A record counts whole or not at all. Of one transaction and thread.
 *
 * <p>Almost always all of it may count. So it is first {@linkplain Check#AT_THE_END taken as if it
 * may}, and the database, which has to be written to anyway, tells whether that was right. Where it
 * was not, all is done again, with a {@linkplain Check#BY_RECORD look at each record}.
 */
public final class Holdings {

  private final PostgresLeases leases = new PostgresLeases();
  private final PostgresOdometers odometers = new PostgresOdometers();
  private final PostgresKeyUsage keyUsage = new PostgresKeyUsage();
  private final Rules rules;
  private final Check check;
  private final Instant now;
  private final Set<KeyId> askedKeys = new HashSet<>();
  private final Map<KeyId, Caps> caps = new HashMap<>();
  private final Set<Account> asked = new HashSet<>();
  private final Map<Account, Long> left = new HashMap<>();
  private final Map<DataSetId, Totals> totals = new HashMap<>();
  private final QuotaUsage usage = new QuotaUsage();

  /**
   * The rules for how much counts.
   *
   * @param required whether only what was leased counts
   * @param allowance how many bytes beyond what it holds a journal may count of a quota that it has
   *     leased
   */
  public record Rules(boolean required, long allowance) {}

  /** The time at which it is found out that something may not count. */
  public enum Check {
    /** Once, by what is stored: then nothing of the transaction counts. */
    AT_THE_END,
    /** For each record, by what was looked up before: the others count. */
    BY_RECORD
  }

  public Holdings(Rules rules, Check check, Instant now) {
    this.rules = rules;
    this.check = check;
    this.now = now;
  }

  /** Looks up what {@link #take} of {@code flushes} needs to know. */
  public void load(Connection connection, Collection<EgressRecord> flushes) throws SQLException {
    loadCaps(connection, flushes);
    if (check == Check.AT_THE_END) {
      return;
    }
    Set<Account> accounts = new HashSet<>();
    Set<DataSetId> dataSets = new HashSet<>();
    for (EgressRecord flush : flushes) {
      if (rules.required) {
        accounts.addAll(QuotaUsage.of(flush, this::isCapped).byAccount().keySet());
      }
      flush.rows().forEach(row -> dataSets.add(row.dataSet()));
    }
    accounts.removeAll(asked);
    dataSets.removeAll(totals.keySet());
    if (!accounts.isEmpty()) {
      asked.addAll(accounts);
      left.putAll(leases.left(connection, List.copyOf(accounts)));
    }
    if (!dataSets.isEmpty()) {
      dataSets.forEach(dataSet -> totals.put(dataSet, Totals.NONE));
      for (Odometer odometer : odometers.find(connection, dataSets)) {
        totals.put(odometer.dataSet(), odometer.totals());
      }
    }
  }

  /** The caps of a key never change. */
  private void loadCaps(Connection connection, Collection<EgressRecord> flushes)
      throws SQLException {
    Set<KeyId> keys = flushes.stream().flatMap(QuotaUsage::keys).collect(Collectors.toSet());
    keys.removeAll(askedKeys);
    if (!keys.isEmpty()) {
      askedKeys.addAll(keys);
      caps.putAll(keyUsage.caps(connection, keys));
    }
  }

  private boolean isCapped(QuotaName.OfKey name) {
    return caps.getOrDefault(name.key(), Caps.NONE).has(name.period());
  }

  /**
   * Takes what a flush counts from what its journal holds; {@link #load} has looked it up.
   *
   * @param approved whether it counts whatever its journal holds
   * @return why it may not count; nothing is taken then
   * @throws BeyondHoldingsException where each record has to be looked at
   */
  public Optional<String> take(EgressRecord flush, boolean approved) {
    QuotaUsage used = QuotaUsage.of(flush, this::isCapped);
    boolean limited = rules.required && !approved;
    if (check == Check.AT_THE_END && approved) {
      // its sum would hide what the others have too much
      throw new BeyondHoldingsException("an approved record counts by itself");
    }
    if (check == Check.BY_RECORD) {
      Optional<String> excess = limited ? excess(used) : Optional.empty();
      if (excess.isEmpty()) {
        excess = add(flush);
      }
      if (excess.isPresent()) {
        return excess;
      }
      used.byAccount()
          .forEach((account, bytes) -> left.computeIfPresent(account, (_, l) -> l - bytes));
    }
    usage.add(used, limited);
    return Optional.empty();
  }

  private Optional<String> excess(QuotaUsage used) {
    for (Map.Entry<Account, Long> sum : used.byAccount().entrySet()) {
      Long held = left.get(sum.getKey());
      long most = held == null ? 0 : Math.max(0, held + rules.allowance);
      if (sum.getValue() > most) {
        return Optional.of(
            "expected at most %d bytes of %s, which is what the journal holds, found %d"
                .formatted(most, sum.getKey().quota(), sum.getValue()));
      }
    }
    return Optional.empty();
  }

  /** Adds a flush to the totals, where all of them can hold it. */
  private Optional<String> add(EgressRecord flush) {
    Map<DataSetId, Totals> after = new HashMap<>();
    for (EgressRow row : flush.rows()) {
      DataSetId dataSet = row.dataSet();
      Totals before = after.getOrDefault(dataSet, totals.getOrDefault(dataSet, Totals.NONE));
      try {
        after.put(dataSet, before.plus(Totals.of(row)));
      } catch (ArithmeticException e) {
        return Optional.of(
            "expected that the odometer of %s can show it, found more than 2⁶³ − 1 in all"
                .formatted(dataSet));
      }
    }
    totals.putAll(after);
    return Optional.empty();
  }

  /**
   * Stores what was taken, in the transaction in which it was looked up.
   *
   * @throws BeyondHoldingsException where journals do not hold all of it; where each record was
   *     looked at, edges have given something back meanwhile
   */
  public void store(Connection connection) throws SQLException {
    keyUsage.add(connection, usage, now);
    if (!leases.spend(connection, usage, rules.allowance)) {
      throw new BeyondHoldingsException("expected that journals hold what they count, found less");
    }
  }

  /** A failure: a transaction counts more than it may, and nothing of it was counted. */
  public static final class BeyondHoldingsException extends RuntimeException {
    public BeyondHoldingsException(String message) {
      super(message);
    }
  }
}
