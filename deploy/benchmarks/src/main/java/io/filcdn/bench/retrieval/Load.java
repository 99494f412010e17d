package io.filcdn.bench.retrieval;

/**
 * One run of a load generator, on the core that does not serve.
 *
 * @param requestsPerSecond how many were answered, or connections made where each has one request
 * @param bytesPerSecond of bodies and heads; 0 where they are not counted
 * @param p99Millis of the requests' times; 0 where they are not told
 * @param cores how many the server kept busy
 */
record Load(double requestsPerSecond, double bytesPerSecond, double p99Millis, double cores) {}
