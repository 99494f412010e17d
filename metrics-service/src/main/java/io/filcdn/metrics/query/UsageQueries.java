package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.odometer.Odometer;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.odometer.Unbilled;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The answers to what people ask about data sets and payers. What the index says is read before the
 * odometers are, so that no answer shows more reported than counted merely because it was asked in
 * between.
 */
public final class UsageQueries {

  private final Database database;
  private final PostgresDataSets dataSets = new PostgresDataSets();
  private final PostgresOdometers odometers = new PostgresOdometers();
  private final QuotaTerms terms;
  private final PostgresPayers payers = new PostgresPayers();

  public UsageQueries(Database database, QuotaTerms terms) {
    this.database = database;
    this.terms = terms;
  }

  /** The rest of a data set's quota; empty where the index does not know the data set. */
  Optional<DataSetQuota> quota(DataSetId id) {
    return database.call(
        connection -> {
          Optional<DataSetRecord> dataSet = dataSets.find(connection, id);
          Totals used = used(connection, id);
          return dataSet
              .map(known -> terms.quota(known, used))
              .map(
                  quota ->
                      new DataSetQuota(
                          quota.cdn().remaining().bytes(), quota.cacheMiss().remaining().bytes()));
        });
  }

  /** The bytes that a payer used and may still use; empty where no data set is theirs. */
  public Optional<PayerTotals> payer(Address payer) {
    return database.call(connection -> payers.totals(connection, payer, terms));
  }

  /** All that is known of a data set; empty where neither index nor odometer knows it. */
  Optional<DataSetAccount> account(DataSetId id) {
    return database.call(
        connection -> {
          Optional<DataSetRecord> told = dataSets.find(connection, id);
          Optional<Odometer> counted = odometers.find(connection, List.of(id)).stream().findFirst();
          List<Unbilled> unbilled = odometers.unbilled(connection, id);
          return told.isEmpty() && counted.isEmpty() && unbilled.isEmpty()
              ? Optional.empty()
              : Optional.of(DataSetAccount.of(id, told, counted, unbilled, terms));
        });
  }

  /**
   * The accounts of a payer's data sets that the index has told of, in the order of their ids.
   *
   * @param after those behind this one; of all where it is empty
   */
  List<DataSetAccount> accounts(Address payer, Optional<DataSetId> after, int limit) {
    return database.call(
        connection -> {
          List<DataSetRecord> told = dataSets.ofPayer(connection, payer, after, limit);
          Map<DataSetId, Odometer> counted =
              odometers
                  .find(connection, told.stream().map(DataSetRecord::dataSet).toList())
                  .stream()
                  .collect(Collectors.toMap(Odometer::dataSet, odometer -> odometer));
          List<DataSetAccount> accounts = new ArrayList<>();
          for (DataSetRecord known : told) {
            DataSetId id = known.dataSet();
            accounts.add(
                DataSetAccount.of(
                    id,
                    Optional.of(known),
                    Optional.ofNullable(counted.get(id)),
                    odometers.unbilled(connection, id),
                    terms));
          }
          return accounts;
        });
  }

  private Totals used(Connection connection, DataSetId id) throws SQLException {
    return odometers.find(connection, List.of(id)).stream()
        .findFirst()
        .map(Odometer::totals)
        .orElse(Totals.NONE);
  }
}
