/**
 * A day of a large FilCDN in some minutes, in ten lines:
 *
 * <ol>
 *   <li>Time is a number. Events stand in one queue, the earliest first; nothing sleeps, and chance
 *       comes from a seed.
 *   <li>Where money is decided, it is decided by the services' own classes: an edge is a {@code
 *       LeasedQuota} and {@code EgressCounts}, metrics is {@code LeaseGrant}, {@code Holding} and
 *       {@code OdometerIncreases}. Only sockets, Kafka and Postgres are left out.
 *   <li>Data sets meet nowhere but in the cache and in the calls that ask for several: quotas,
 *       leases and odometers are apart. So a sample of data sets is simulated, each with all its
 *       edges and requests, and counts for those like it. What a sample cannot tell is not told.
 *   <li>Popular data sets are few and unlike: strata by rank are narrow there.
 *   <li>A request takes no time: it is reserved, sent and counted at once. Requests of one kind for
 *       a much asked data set come as one bundle for each flush.
 *   <li>Each byte has a place: reserved, counted, in Kafka, in an odometer, or lost with an edge.
 *       That, and that no more is served than was granted, is looked at with each bundle.
 *   <li>A region that is lost takes what was not flushed with it; one that is cut off serves from
 *       its leases. Its clients go to the next region.
 *   <li>Hit ratios are measured apart, on a trace of one edge: the disk's own policy against LRU.
 *       All else takes a share of misses as given.
 *   <li>What an edge costs is not simulated but reckoned, from what was measured.
 *   <li>A list of requests that real edges served can be put in the place of chance: then calls,
 *       leases and rows are those of the real stack, within some hundredths, which a test holds.
 * </ol>
 */
@NullMarked
package io.filcdn.simulation;

import org.jspecify.annotations.NullMarked;
