package io.filcdn.retrieval.usage;

import java.time.Duration;

/**
 * The rules for how much of a quota is leased, and for how long.
 *
 * @param advance bytes to have at hand of a quota that is used
 * @param standing bytes to have at hand in case metrics does not answer; 0: nothing is served then
 * @param idle how long after its last use a quota's advance is given back
 * @param forget how long after its last use its standing lease is
 * @param renewEvery how often metrics hears of this edge
 */
public record LeaseRules(
    long advance, long standing, Duration idle, Duration forget, Duration renewEvery) {}
