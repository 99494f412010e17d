package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.model.PriceList;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.replica.TopicTables;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/**
 * The reporting states of data sets, by the tables. Only data sets of the fwss generation that have
 * both CDN rails appear here: nobody can be paid for others, so they are never reported.
 */
@ApplicationScoped
public class ReportingStates {

  private static final String REPORTABLE =
      """
      from odometer o join indexed_data_set d using (data_set)
      %s
      where o.data_set like 'fwss/%%' and d.cdn_rail is not null and d.cache_miss_rail is not null
      """;

  /**
   * The rollups that are not in the sums of {@code own_reported}, and those in them that the index
   * does not know; and what was reported through other operator contracts.
   */
  private static final String OWN =
      """
      left join own_reported t on t.data_set = o.data_set and t.operator = :operator
      left join lateral (
        select
          sum(r.cdn_bytes) filter (where r.operator = :operator and r.to_epoch > coalesce(d.last_reported_epoch, -1)) as open_cdn,
          sum(r.cache_miss_bytes) filter (where r.operator = :operator and r.to_epoch > coalesce(d.last_reported_epoch, -1)) as open_cache_miss,
          sum(case when r.final then -r.cdn_bytes when r.to_epoch <= d.last_reported_epoch then r.cdn_bytes else 0 end)
            filter (where r.operator = :operator) as covered_cdn,
          sum(case when r.final then -r.cache_miss_bytes when r.to_epoch <= d.last_reported_epoch then r.cache_miss_bytes else 0 end)
            filter (where r.operator = :operator) as covered_cache_miss,
          max(r.others_cdn_bytes) filter (where r.operator = :operator) as others_cdn,
          max(r.others_cache_miss_bytes) filter (where r.operator = :operator) as others_cache_miss,
          max(r.to_epoch) filter (where r.operator = :operator) as last,
          max(r.to_epoch) filter (where r.operator = :operator and x.state in ('included', 'final')) as last_included,
          bool_or(r.in_flight or r.operator <> :operator) as in_flight,
          extract(epoch from min(x.closed_at) filter (where r.operator = :operator and r.final))::bigint as unindexed_since
        from rollup r join chain_transaction x on x.id = r.transaction_id
        where r.data_set = o.data_set and r.counts
          and (not r.final or r.operator = :operator and r.to_epoch > coalesce(d.last_reported_epoch, -1))
      ) own on true
      left join lateral (
        select max(p.cdn_bytes + p.others_cdn_bytes) as cdn, max(p.cache_miss_bytes + p.others_cache_miss_bytes) as cache_miss
        from own_reported p where p.data_set = o.data_set and p.operator <> :operator
      ) past on true
      """;

  private static final String STATE =
      """
      select o.data_set, o.cdn_bytes, o.cache_miss_bytes, o.as_of, o.unreported_since,
        d.reported_cdn_bytes, d.reported_cache_miss_bytes, d.last_reported_epoch,
        coalesce(own.open_cdn, 0)::bigint, coalesce(own.open_cache_miss, 0)::bigint,
        (coalesce(t.cdn_bytes, 0) + coalesce(own.covered_cdn, 0))::bigint,
        (coalesce(t.cache_miss_bytes, 0) + coalesce(own.covered_cache_miss, 0))::bigint,
        greatest(t.others_cdn_bytes, own.others_cdn, past.cdn, 0),
        greatest(t.others_cache_miss_bytes, own.others_cache_miss, past.cache_miss, 0),
        greatest(t.last_epoch, own.last), greatest(t.last_epoch, own.last_included),
        coalesce(own.in_flight, false), own.unindexed_since,
        d.granted_cdn_final, d.granted_cdn_unfinal, d.granted_cache_miss_final, d.granted_cache_miss_unfinal
      """
          + REPORTABLE.formatted(OWN);

  private static final BigDecimal MOST_BYTES = BigDecimal.valueOf(Long.MAX_VALUE);

  private final Session database;
  private final TopicTables topics;
  private final Prices prices;
  private final Address operator;

  ReportingStates(Session database, TopicTables topics, Prices prices, Network network) {
    this.database = database;
    this.topics = topics;
    this.prices = prices;
    this.operator = network.contracts().filBeamOperator();
  }

  /** Every data set whose odometer and reported bytes differ, in the order of their ids' texts. */
  @Transactional
  public List<ReportingState> unequal() {
    return read(
        query(
            "and (o.cdn_bytes, o.cache_miss_bytes) <> (d.reported_cdn_bytes, d.reported_cache_miss_bytes) order by o.data_set"));
  }

  /** The named ones of them that can be reported at all. */
  @Transactional
  public List<ReportingState> of(Collection<DataSetId> dataSets) {
    return dataSets.isEmpty()
        ? List.of()
        : read(
            query("and o.data_set = any (:ids) order by o.data_set")
                .setParameter(
                    "ids", dataSets.stream().map(DataSetId::toString).toArray(String[]::new)));
  }

  /** Some of them all, in the order of their ids' texts: those that follow {@code after}. */
  @Transactional
  public List<ReportingState> page(Optional<DataSetId> after, int limit) {
    return read(
        query("and o.data_set > :after order by o.data_set limit :limit")
            .setParameter("after", after.map(DataSetId::toString).orElse(""))
            .setParameter("limit", limit));
  }

  private NativeQuery<ReportingStateRow> query(String restriction) {
    return database
        .createNativeQuery(STATE + restriction, ReportingStateRow.class)
        .setParameter("operator", operator.hex());
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
    topics.markUnreported(
        of(dataSets).stream()
            .collect(
                Collectors.toMap(
                    ReportingState::dataSet,
                    state ->
                        state.due() instanceof ReportingState.Due.Nothing
                            ? Optional.empty()
                            : Optional.of(state.asOf()))));
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
    return ByteCount.of(sum == null ? 0 : ((BigDecimal) sum).min(MOST_BYTES).longValueExact());
  }

  private static Optional<Epoch> epoch(@Nullable Object value) {
    return Optional.ofNullable((Long) value).map(Epoch::new);
  }

  private List<ReportingState> read(NativeQuery<ReportingStateRow> query) {
    PriceList inForce = prices.inForce();
    return query.getResultStream().map(row -> row.toState(inForce)).toList();
  }

  /**
   * The usage that is not on chain yet, over all data sets.
   *
   * @param oldest the as-of epoch of the oldest bytes that no rollup of ours covers either
   */
  public record Unreported(ByteCount cdnBytes, ByteCount cacheMissBytes, Optional<Epoch> oldest) {}
}
