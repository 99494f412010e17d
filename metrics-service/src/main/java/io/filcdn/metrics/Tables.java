package io.filcdn.metrics;

import io.filcdn.common.network.Network;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.intake.PostgresApprovals;
import io.filcdn.metrics.intake.PostgresGaps;
import io.filcdn.metrics.intake.PostgresJournals;
import io.filcdn.metrics.intake.PostgresOffsets;
import io.filcdn.metrics.intake.PostgresProgress;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.pieces.PostgresPlacements;
import io.filcdn.metrics.pieces.PostgresRetrievals;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.repair.PostgresCheckpoints;
import io.filcdn.metrics.series.PostgresSeries;
import io.filcdn.metrics.statement.PostgresSettlements;
import io.filcdn.service.database.Database;

/** The tables of this service: all that it keeps in its database. */
record Tables(
    Database database,
    PostgresOffsets offsets,
    PostgresJournals journals,
    PostgresGaps gaps,
    PostgresProgress progress,
    PostgresOdometers odometers,
    PostgresDataSets dataSets,
    PostgresLeases leases,
    PostgresLeaseJournals leaseJournals,
    PostgresSeries series,
    PostgresPlacements placements,
    PostgresRetrievals retrievals,
    PostgresSettlements settlements,
    PostgresDeadLetters deadLetters,
    PostgresApprovals approvals,
    PostgresCheckpoints checkpoints,
    PostgresAudit audit) {

  static Tables in(Database database, Network network) {
    PostgresLeases leases = new PostgresLeases();
    return new Tables(
        database,
        new PostgresOffsets(),
        new PostgresJournals(),
        new PostgresGaps(),
        new PostgresProgress(),
        new PostgresOdometers(),
        new PostgresDataSets(),
        leases,
        new PostgresLeaseJournals(leases),
        new PostgresSeries(),
        new PostgresPlacements(),
        new PostgresRetrievals(),
        new PostgresSettlements(network),
        new PostgresDeadLetters(),
        new PostgresApprovals(),
        new PostgresCheckpoints(),
        new PostgresAudit());
  }
}
