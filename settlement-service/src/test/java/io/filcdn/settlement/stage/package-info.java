/**
 * What integration tests play on: a chain with the real contracts, the topics, and the service as a
 * process.
 */
@NullMarked
package io.filcdn.settlement.stage;

import org.jspecify.annotations.NullMarked;
