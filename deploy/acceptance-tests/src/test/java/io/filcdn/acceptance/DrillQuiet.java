package io.filcdn.acceptance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.testing.chain.DevnetReads.OwedUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Quiet: all that was served is counted, reported and settled, and nothing is held for nobody. */
final class DrillQuiet {

  /** The token of operators, where the stack was given it. */
  static final String ADMIN_TOKEN = "a-token-of-tests";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Stack stack;
  private final List<URI> edges;
  private final Supplier<List<DataSetOnChain>> dataSets;

  /**
   * @param edges the management URLs of all edges
   */
  DrillQuiet(Stack stack, List<URI> edges, Supplier<List<DataSetOnChain>> dataSets) {
    this.stack = stack;
    this.edges = List.copyOf(edges);
    this.dataSets = dataSets;
  }

  /** What is still under way; nothing where all is quiet. */
  List<String> unfinished() {
    List<String> all = new ArrayList<>();
    for (URI edge : edges) {
      nonzero(all, edge, "filcdn_requests");
      nonzero(all, edge, "filcdn_fills");
      nonzero(all, edge, "filcdn_fills_abandoned_bytes");
      nonzero(all, edge, "filcdn_journal_records");
    }
    nonzero(all, stack.management("metrics"), "filcdn_intake_lag_records");
    nonzero(all, stack.management("metrics"), "filcdn_egress_parked_records");
    nonzero(all, stack.management("indexer"), "filcdn_indexer_outbox_rows");
    URI settlement = stack.management("settlement");
    nonzero(all, settlement, "filcdn_intake_lag_records");
    nonzero(all, settlement, "filcdn_settlement_unreported_bytes");
    nonzero(all, settlement, "filcdn_settlement_transactions_pending");
    if (MetricsPage.find(settlement, "filcdn_settlement_reconciliation_differences").isEmpty()) {
      all.add("settlement has not reconciled");
    }
    dataSets.get().forEach(dataSet -> owed(all, dataSet));
    held(all);
    return all;
  }

  private static void nonzero(List<String> all, URI management, String gauge) {
    double value =
        MetricsPage.find(management, gauge)
            .orElseThrow(() -> new AssertionError(management + " does not show " + gauge));
    if (value != 0) {
      all.add("%s %.0f".formatted(gauge, value));
    }
  }

  private void owed(List<String> all, DataSetOnChain dataSet) {
    OwedUsage owed = stack.devnet().reads().owedUsage(dataSet.number());
    if (!owed.cdnAmount().add(owed.cacheMissAmount()).equals(BigInteger.ZERO)) {
      all.add("%s owes %s".formatted(dataSet.id(), owed));
    }
  }

  /** What a run of an edge held comes back once the next one has told that it is over. */
  private void held(List<String> all) {
    Map<String, Integer> journals = new TreeMap<>();
    for (JsonNode holder : holders()) {
      journals.merge(holder.path("edge").asText(), 1, Integer::sum);
    }
    journals.forEach(
        (edge, count) -> {
          if (count > 1) {
            all.add("%s holds quota by %d journals".formatted(edge, count));
          }
        });
  }

  private JsonNode holders() {
    try {
      URLConnection asked =
          stack.service("metrics").resolve("/api/v1/admin/leases").toURL().openConnection();
      asked.setRequestProperty("Authorization", "Bearer " + ADMIN_TOKEN);
      return JSON.readTree(asked.getInputStream()).path("leases");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
