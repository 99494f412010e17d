package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hibernate.Session;

/**
 * The data sets that cannot wait for the next round: their rails or their storage end, or their
 * payer is sanctioned.
 */
@ApplicationScoped
public class UrgentDataSets {

  private static final String SANCTIONED =
      "p.sanctioned and d.with_cdn and not d.deleted and d.cdn_rail_end is null";

  private final Session database;
  private final Clock clock;

  UrgentDataSets(Session database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A data set whose CDN is to end.
   *
   * @param since since when this ledger knows that its payer is sanctioned
   */
  public record ToTerminate(DataSetId dataSet, Instant since) {}

  /**
   * Data sets whose usage cannot wait: those of {@link #toSettle}, but for those of which only the
   * cache-miss rail ends, with nothing that it is to pay. A payer can end it alone, and edges go on
   * to serve what they have cached: each byte of that would be a report.
   */
  @Transactional
  public Set<DataSetId> toReport(Epoch now, Epoch until) {
    return find("o.cache_miss_bytes <> d.reported_cache_miss_bytes", now, until);
  }

  /**
   * Data sets with usage whose CDN rails end after {@code now} and up to {@code until}, those with
   * something to report or pay whose storage ends up to {@code until} or has, as they can be
   * deleted from then on, those of sanctioned payers whose CDN is still on, and those that were
   * found beyond their grants a moment ago and are to be looked at once more.
   */
  @Transactional
  public Set<DataSetId> toSettle(Epoch now, Epoch until) {
    return find("true", now, until);
  }

  private Set<DataSetId> find(String usesCacheMissRail, Epoch now, Epoch until) {
    return database
        .createNativeQuery(
            """
            select d.data_set from indexed_data_set d join odometer o using (data_set)
              left join payer p on p.address = d.payer left join owed w using (data_set)
            where d.data_set like 'fwss/%%' and d.cdn_rail is not null and d.cache_miss_rail is not null
              and (d.cdn_rail_end > :now and d.cdn_rail_end <= :until
                or d.cache_miss_rail_end > :now and d.cache_miss_rail_end <= :until and %s
                or d.pdp_rail_end <= :until and not d.deleted
                  and ((o.cdn_bytes, o.cache_miss_bytes) <> (d.reported_cdn_bytes, d.reported_cache_miss_bytes)
                    or w.cdn > 0 or w.cache_miss > 0
                    or d.last_reported_epoch is not null and (w.data_set is null or w.index_version < d.version))
                or exists (select from set_aside s where s.data_set = d.data_set
                  and s.activity = 'report' and s.reason = 'beyond-grants' and s.retry_at <= :time)
                or %s)
            """
                .formatted(usesCacheMissRail, SANCTIONED),
            String.class)
        .setParameter("now", now.value())
        .setParameter("until", until.value())
        .setParameter("time", clock.instant())
        .getResultStream()
        .map(DataSetId::of)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Those of sanctioned payers that no transaction of ours is ending yet, the longest due first.
   */
  @Transactional
  public List<ToTerminate> toTerminate() {
    return database
        .createNativeQuery(
            """
            select d.data_set, extract(epoch from p.sanctioned_since)::bigint
            from indexed_data_set d join payer p on p.address = d.payer
            where d.data_set like 'fwss/%%' and d.cdn_rail is not null and d.cache_miss_rail is not null
              and not exists (
                select from termination e join chain_transaction t on t.id = e.transaction_id
                where e.data_set = d.data_set and (e.in_flight or t.state = 'final'))
              and %s
            order by p.sanctioned_since, d.data_set
            """
                .formatted(SANCTIONED),
            Object[].class)
        .getResultStream()
        .map(
            row ->
                new ToTerminate(
                    DataSetId.of((String) row[0]), Instant.ofEpochSecond((Long) row[1])))
        .toList();
  }
}
