package io.filcdn.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.quota.LeaseSize;
import io.filcdn.retrieval.usage.LeaseRules;
import io.filcdn.simulation.fleet.Desk;
import io.filcdn.simulation.fleet.Fleet;
import io.filcdn.simulation.fleet.Settings;
import io.filcdn.simulation.fleet.Tally.Kind;
import io.filcdn.simulation.traffic.Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Requests that real edges served, once more. They come from a file of JSON: the settings of the
 * edges and of metrics, what data sets were granted, and {@code requests}, each {@code
 * [nanoseconds, edge, data set, bytes, 1 where it was fetched]}.
 */
final class Replay {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final JsonNode file;

  Replay(Path file) {
    try {
      this.file = JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "expected a file of requests, found %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Replays them, and tells what metrics had to do. */
  ObjectNode run(Network network) {
    Fleet fleet = new Fleet(settings(), network, Desk.REAL);
    for (JsonNode grant : file.path("grants")) {
      DataSetId id = DataSetId.of(grant.path("dataSet").asText());
      fleet.books().grant(QuotaName.cdn(id), grant.path("cdn").asLong(), 1);
      fleet.books().grant(QuotaName.cacheMiss(id), grant.path("cacheMiss").asLong(), 1);
    }
    fleet.run(requests().iterator(), time("untilMillis"));
    ObjectNode found =
        JSON.createObjectNode()
            .put("calls", fleet.calls())
            .put("asks", fleet.tally().sum(Kind.ASKS))
            .put("writtenLeases", fleet.tally().sum(Kind.WRITTEN_LEASES));
    fleet.settle();
    return found
        .put("records", fleet.records())
        .put("rows", fleet.rows())
        .put("requests", fleet.tally().sum(Kind.REQUESTS))
        .put("served", Long.toString(fleet.books().served()));
  }

  private Settings settings() {
    int edges = file.path("edges").asInt();
    return new Settings(
        edges,
        1,
        time("flushMillis"),
        new LeaseRules(
            file.path("advance").asLong(),
            file.path("standing").asLong(),
            time("idleMillis"),
            time("forgetMillis"),
            time("renewMillis")),
        new LeaseSize(file.path("shareInAdvance").asLong()),
        time("timeToLiveMillis"),
        time("callMillis"),
        time("kafkaMillis"),
        time("batchMillis"),
        file.path("partitions").asInt());
  }

  private Duration time(String key) {
    if (!file.path(key).isIntegralNumber()) {
      throw new IllegalArgumentException(
          "expected a number of milliseconds as %s, found none".formatted(key));
    }
    return Duration.ofMillis(file.path(key).asLong());
  }

  private List<Bundle> requests() {
    List<Bundle> requests = new ArrayList<>();
    for (JsonNode one : file.path("requests")) {
      requests.add(
          new Bundle(
              one.path(0).asLong(),
              one.path(1).asInt(),
              DataSetId.of(one.path(2).asText()),
              one.path(4).asInt() == 1 ? CacheOutcome.MISS : CacheOutcome.HIT,
              "ZZ",
              1,
              one.path(3).asLong()));
    }
    requests.sort(Comparator.comparingLong(Bundle::at));
    return requests;
  }
}
