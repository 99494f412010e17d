package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.metrics.quota.QuotaTerms;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The sums over all data sets of a payer. There can be many thousands, so they are added up where
 * they are, and their quotas are reckoned there as {@link QuotaTerms} does, in exact integers.
 */
final class PostgresPayers {

  private static final String TOTALS =
      """
      select count(*), sum(o.requests), sum(o.cache_miss_requests), sum(o.cdn_bytes),
        sum(o.cache_miss_bytes),
        sum(greatest(0, case when d.data_set like 'pandora/%' and not d.has_cdn_rail
          then terms.without_rails
          else div((d.cdn_final + least(d.cdn_unfinal, terms.unfinal)) * terms.tib, terms.cdn_rate)
          end - coalesce(o.cdn_bytes, 0))),
        sum(greatest(0, case when d.data_set like 'pandora/%' and not d.has_cdn_rail
          then terms.without_rails
          else div((d.cache_miss_final + least(d.cache_miss_unfinal, terms.unfinal)) * terms.tib,
            terms.cache_miss_rate)
          end - coalesce(o.cache_miss_bytes, 0)))
      from data_set d left join odometer o using (data_set),
        (values (?::numeric, ?::numeric, ?::numeric, ?::numeric, 1099511627776::numeric))
          as terms (without_rails, unfinal, cdn_rate, cache_miss_rate, tib)
      where d.payer = ?
      """;

  /** The sums; empty where no data set is the payer's. */
  Optional<PayerTotals> totals(Connection connection, Address payer, QuotaTerms terms)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOTALS)) {
      statement.setLong(1, terms.withoutRails().bytes());
      statement.setBigDecimal(2, new BigDecimal(terms.unfinalLimit().units()));
      statement.setBigDecimal(3, new BigDecimal(terms.cdnRatePerTib().units()));
      statement.setBigDecimal(4, new BigDecimal(terms.cacheMissRatePerTib().units()));
      statement.setString(5, payer.hex());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1) == 0
            ? Optional.empty()
            : Optional.of(
                new PayerTotals(
                    sum(row, 2), sum(row, 3), sum(row, 4), sum(row, 5), sum(row, 6), sum(row, 7)));
      }
    }
  }

  /** Nothing has been counted yet where there is no sum. */
  private static BigInteger sum(ResultSet row, int column) throws SQLException {
    BigDecimal sum = row.getBigDecimal(column);
    return row.wasNull() ? BigInteger.ZERO : sum.toBigIntegerExact();
  }
}
