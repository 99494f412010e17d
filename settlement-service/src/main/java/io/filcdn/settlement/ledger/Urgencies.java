package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hibernate.Session;

/**
 * Which data sets cannot wait for the next round: their rails end, or their payer is sanctioned.
 */
@ApplicationScoped
public class Urgencies {

  private static final String SANCTIONED =
      "p.sanctioned and d.with_cdn and not d.deleted and d.cdn_rail_end is null";

  private final Session database;

  Urgencies(Session database) {
    this.database = database;
  }

  /**
   * A data set whose CDN is to end.
   *
   * @param since since when this ledger knows that its payer is sanctioned
   */
  public record ToTerminate(DataSetId dataSet, Instant since) {}

  /**
   * Data sets with usage whose rails end after {@code now} and up to {@code until}, and those of
   * sanctioned payers whose CDN is still on.
   */
  @Transactional
  public Set<DataSetId> of(Epoch now, Epoch until) {
    return database
        .createNativeQuery(
            """
            select d.data_set from indexed_data_set d join odometer o using (data_set)
              left join payer p on p.address = d.payer
            where d.data_set like 'fwss/%%' and d.cdn_rail is not null and d.cache_miss_rail is not null
              and (d.cdn_rail_end > :now and d.cdn_rail_end <= :until
                or d.cache_miss_rail_end > :now and d.cache_miss_rail_end <= :until
                or %s)
            """
                .formatted(SANCTIONED),
            String.class)
        .setParameter("now", now.value())
        .setParameter("until", until.value())
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
