package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/**
 * Compares odometers with what was reported. Only data sets of the fwss generation that have both
 * CDN rails appear here: nobody can be paid for others, so they are never reported.
 */
@ApplicationScoped
public class Standings {

  private static final String REPORTABLE =
      """
      from odometer o join indexed_data_set d using (data_set)
      %s
      where o.data_set like 'fwss/%%' and d.cdn_rail is not null and d.cache_miss_rail is not null
      """;

  private static final String OWN =
      """
      left join lateral (
        select
          coalesce(sum(r.cdn_bytes) filter (where r.to_epoch > coalesce(d.last_reported_epoch, -1)), 0)::bigint as open_cdn,
          coalesce(sum(r.cache_miss_bytes) filter (where r.to_epoch > coalesce(d.last_reported_epoch, -1)), 0)::bigint as open_cache_miss,
          max(r.to_epoch) as last,
          max(r.to_epoch) filter (where t.state in ('included', 'final')) as last_included,
          coalesce(bool_or(r.in_flight), false) as in_flight
        from rollup r join chain_transaction t on t.id = r.transaction_id
        where r.data_set = o.data_set and r.counts
      ) own on true
      """;

  private static final String STANDING =
      """
      select o.data_set, o.cdn_bytes, o.cache_miss_bytes, o.as_of,
        d.reported_cdn_bytes, d.reported_cache_miss_bytes, d.last_reported_epoch,
        own.open_cdn, own.open_cache_miss, own.last, own.last_included, own.in_flight
      """
          + REPORTABLE.formatted(OWN);

  private final Session database;

  Standings(Session database) {
    this.database = database;
  }

  /** Every data set whose odometer and reported bytes differ, in the order of their ids' texts. */
  @Transactional
  public List<Standing> unequal() {
    return read(
        database.createNativeQuery(
            STANDING
                + "and (o.cdn_bytes, o.cache_miss_bytes) <> (d.reported_cdn_bytes, d.reported_cache_miss_bytes) order by o.data_set",
            StandingRow.class));
  }

  /** The named ones of them that can be reported at all. */
  @Transactional
  public List<Standing> of(Collection<DataSetId> dataSets) {
    return read(
        database
            .createNativeQuery(STANDING + "and o.data_set in (:ids)", StandingRow.class)
            .setParameterList("ids", dataSets.stream().map(DataSetId::toString).toList()));
  }

  /** Forgets since when bytes wait, where the index shows that all are reported. */
  @Transactional
  public void forgetCovered() {
    database
        .createNativeMutationQuery(
            """
            update odometer o set unreported_since = null from indexed_data_set d
            where d.data_set = o.data_set and o.unreported_since is not null
              and (o.cdn_bytes, o.cache_miss_bytes) = (d.reported_cdn_bytes, d.reported_cache_miss_bytes)
            """)
        .executeUpdate();
  }

  /** Notes that rollups of ours cover {@code dataSets}, but for what was counted since. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void noteCovered(Collection<DataSetId> dataSets) {
    for (Standing standing : of(dataSets)) {
      Long since = standing.due() instanceof Standing.Due.Nothing ? null : standing.asOf().value();
      OdometerRow.update(
          "unreportedSince = ?1 where dataSet = ?2", since, standing.dataSet().toString());
    }
  }

  /** The sum of it all, for gauges. */
  @Transactional
  public Unreported unreported() {
    Object[] row =
        database
            .createNativeQuery(
                """
                    select
                      coalesce(sum(greatest(0, o.cdn_bytes - d.reported_cdn_bytes)), 0),
                      coalesce(sum(greatest(0, o.cache_miss_bytes - d.reported_cache_miss_bytes)), 0),
                      min(o.unreported_since)
                    """
                    + REPORTABLE.formatted("")
                    + "and (o.cdn_bytes > d.reported_cdn_bytes or o.cache_miss_bytes > d.reported_cache_miss_bytes)",
                Object[].class)
            .getSingleResult();
    return new Unreported(bytes(row[0]), bytes(row[1]), epoch(row[2]));
  }

  private static ByteCount bytes(@Nullable Object sum) {
    return ByteCount.of(sum == null ? 0 : ((BigDecimal) sum).longValueExact());
  }

  private static Optional<Epoch> epoch(@Nullable Object value) {
    return Optional.ofNullable((Long) value).map(Epoch::new);
  }

  private static List<Standing> read(NativeQuery<StandingRow> query) {
    return query.getResultStream().map(StandingRow::toStanding).toList();
  }

  /**
   * What is not on chain yet, over all data sets.
   *
   * @param oldest the as-of epoch of the oldest bytes that no rollup of ours covers either
   */
  public record Unreported(ByteCount cdnBytes, ByteCount cacheMissBytes, Optional<Epoch> oldest) {}
}
