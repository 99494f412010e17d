package io.filcdn.metrics.query;

import io.filcdn.common.egress.EgressPartition;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.query.DataSetAudit.Holder;
import io.filcdn.metrics.query.DataSetAudit.Leased;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.metrics.quota.PostgresLeaseJournals.Missing;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.series.Dimension;
import io.filcdn.metrics.series.Sums;
import io.filcdn.service.database.Database;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The audits of whether the numbers that are kept of a data set agree. */
public final class DataSetAudits {

  private static final int MOST_HOLDERS = 20;

  private final Database database;
  private final UsageQueries queries;
  private final History history;
  private final PostgresDataSets dataSets = new PostgresDataSets();
  private final PostgresLeases leases = new PostgresLeases();
  private final PostgresLeaseJournals journals = new PostgresLeaseJournals();

  public DataSetAudits(Database database, UsageQueries queries, History history) {
    this.database = database;
    this.queries = queries;
    this.history = history;
  }

  /** The audit of a data set; empty where nothing knows it. */
  public Optional<DataSetAudit> audit(DataSetId id) {
    return queries
        .account(id)
        .map(
            account -> {
              Sums egress = history.all(Dimension.DATA_SET, id.toString());
              return database.call(
                  connection ->
                      DataSetAudit.of(
                          account,
                          dataSets.find(connection, id),
                          leased(connection, id, Kind.CDN, egress.cdnBytes()),
                          leased(connection, id, Kind.CACHE_MISS, egress.cacheMissBytes()),
                          missing(connection, id)));
            });
  }

  private Leased leased(Connection connection, DataSetId id, Kind kind, long egress)
      throws SQLException {
    return new Leased(
        egress,
        leases.held(connection, new QuotaName.OfDataSet(id, kind)),
        journals.holders(connection, id, kind.toString(), MOST_HOLDERS).stream()
            .map(
                holder ->
                    new Holder(
                        holder.edge(), holder.expiresAt(), BigInteger.valueOf(holder.held())))
            .toList());
  }

  /** Only what lies in the partition that the data set's records go to. */
  private List<Missing> missing(Connection connection, DataSetId id) throws SQLException {
    return journals.missing(connection, id).stream()
        .filter(lost -> lost.partition() == EgressPartition.of(id, lost.partitions()))
        .toList();
  }
}
