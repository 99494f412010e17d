package io.filcdn.simulation.traffic;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.DataSetId;

/**
 * Requests of one kind that come to one edge at once.
 *
 * @param at nanoseconds since the simulation began
 * @param bytes of all responses
 */
public record Bundle(
    long at,
    int edge,
    DataSetId dataSet,
    CacheOutcome cache,
    String country,
    long requests,
    long bytes) {}
