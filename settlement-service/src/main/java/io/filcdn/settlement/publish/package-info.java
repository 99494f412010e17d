/** The publication in Kafka of what the outbox holds. */
@NullMarked
package io.filcdn.settlement.publish;

import org.jspecify.annotations.NullMarked;
