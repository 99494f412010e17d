package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.service.database.Columns;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.Owed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.Session;

/**
 * The amounts that data sets owe by the contract, as last read. This saves reading those again that
 * owe nothing and were not touched since; nothing is paid by it.
 */
@ApplicationScoped
public class OwedAmounts {

  /** From when on a data set can be deleted. */
  private static final String DELETABLE =
      "case when d.pdp_rail_end is not null then greatest(d.pdp_rail_end, :now + 1) end";

  private final Session database;

  OwedAmounts(Session database) {
    this.database = database;
  }

  /**
   * Data sets that may owe something: they did when last read, or the index changed since. Records
   * of blocks after {@code head} wait: a node that does not know the block yet does not know the
   * amounts either.
   */
  @Transactional
  public List<Owed.Candidate> candidates(BlockNumber head) {
    return database
        .createNativeQuery(
            """
            select d.data_set, d.cdn_rail, d.cache_miss_rail, d.version
            from indexed_data_set d left join owed o using (data_set)
            where d.data_set like 'fwss/%' and d.last_reported_epoch is not null
              and d.cdn_rail is not null and d.cache_miss_rail is not null and d.block <= :head
              and (o.data_set is null or o.index_version < d.version or o.cdn > 0 or o.cache_miss > 0)
            order by d.data_set
            """,
            Object[].class)
        .setParameter("head", head.value())
        .getResultStream()
        .map(
            row ->
                new Owed.Candidate(
                    DataSetId.of((String) row[0]),
                    new RailId((Long) row[1]),
                    new RailId((Long) row[2]),
                    (Long) row[3]))
        .toList();
  }

  /** Keeps what was read for candidates. */
  @Transactional
  public void keep(Map<Owed.Candidate, Owed> read) {
    database.doWork(
        connection -> {
          try (PreparedStatement upsert =
              connection.prepareStatement(
                  """
                  insert into owed (data_set, index_version, cdn, cache_miss, block)
                  select * from unnest(?, ?, ?, ?, ?)
                  on conflict (data_set) do update set
                    (index_version, cdn, cache_miss, block) =
                    (excluded.index_version, excluded.cdn, excluded.cache_miss, excluded.block)""")) {
            Columns.of(upsert, read.keySet())
                .text(candidate -> candidate.dataSet().toString())
                .bigint(Owed.Candidate::indexVersion);
            Columns.after(2, upsert, read.values())
                .numeric(owed -> new BigDecimal(owed.cdn().units()))
                .numeric(owed -> new BigDecimal(owed.cacheMiss().units()))
                .bigint(owed -> owed.block().value());
            upsert.executeUpdate();
          }
        });
  }

  /** The amounts that were last read. */
  @Transactional
  public Optional<Owed> of(DataSetId dataSet) {
    return OwedRow.<OwedRow>findByIdOptional(dataSet.toString())
        .map(
            row ->
                new Owed(
                    dataSet,
                    new TokenAmount(row.cdn),
                    new TokenAmount(row.cacheMiss),
                    new BlockNumber(row.block)));
  }

  /**
   * Those of {@code dataSets} that owe something, or may: a report of theirs, or a payment, was not
   * read since.
   */
  @Transactional
  public Set<DataSetId> owing(Collection<DataSetId> dataSets) {
    return database
        .createNativeQuery(
            """
            select d.data_set from indexed_data_set d left join owed o using (data_set)
            where d.data_set = any (:ids) and (o.cdn > 0 or o.cache_miss > 0
              or d.last_reported_epoch is not null
                and (o.data_set is null or o.index_version < d.version)
              or exists (select from rail_payment p where p.data_set = d.data_set and p.in_flight))
            """,
            String.class)
        .setParameter("ids", dataSets.stream().map(DataSetId::toString).toArray(String[]::new))
        .getResultStream()
        .map(DataSetId::of)
        .collect(Collectors.toSet());
  }

  /**
   * A rail that ends, along which something is owed or will be.
   *
   * @param end what is not settled by then is lost for the payee
   * @param owed as last read
   * @param unreported bytes that were counted and not reported
   */
  public record Deadline(
      DataSetId dataSet,
      QuotaRecord.Kind rail,
      Epoch end,
      TokenAmount owed,
      ByteCount unreported) {}

  /**
   * The rails that end next, of those along which something is owed or will be. Where storage has
   * ended, that is the next epoch: the data set may be deleted in it, and its rails with it.
   */
  @Transactional
  public List<Deadline> deadlines(Epoch now, int limit) {
    return database
        .createNativeQuery(
            """
            select data_set, rail, rail_end, owed, greatest(0, used - reported) from (
              select d.data_set, 'cdn' as rail, least(d.cdn_rail_end, %1$s) as rail_end,
                coalesce(w.cdn, 0) as owed, o.cdn_bytes as used, d.reported_cdn_bytes as reported
              from indexed_data_set d join odometer o using (data_set) left join owed w using (data_set)
              where d.data_set like 'fwss/%%' and not d.deleted
              union all
              select d.data_set, 'cacheMiss', least(d.cache_miss_rail_end, %1$s),
                coalesce(w.cache_miss, 0), o.cache_miss_bytes, d.reported_cache_miss_bytes
              from indexed_data_set d join odometer o using (data_set) left join owed w using (data_set)
              where d.data_set like 'fwss/%%' and not d.deleted
            ) rail
            where rail_end > :now and (owed > 0 or used > reported)
            order by rail_end, data_set, rail limit :limit
            """
                .formatted(DELETABLE),
            Object[].class)
        .setParameter("now", now.value())
        .setParameter("limit", limit)
        .getResultStream()
        .map(
            row ->
                new Deadline(
                    DataSetId.of((String) row[0]),
                    QuotaRecord.Kind.of((String) row[1]),
                    new Epoch((Long) row[2]),
                    new TokenAmount(((BigDecimal) row[3]).toBigIntegerExact()),
                    ByteCount.of(((Number) row[4]).longValue())))
        .toList();
  }

  /** The data sets with a payment of this activity in flight. */
  @Transactional
  public Set<DataSetId> inFlight(Activity activity) {
    return RailPaymentRow.<RailPaymentRow>list("activity = ?1 and inFlight", activity.toString())
        .stream()
        .map(row -> row.key.id())
        .collect(Collectors.toSet());
  }
}
