/** The outbox and its way to Kafka. */
@NullMarked
package io.filcdn.indexer.publish;

import org.jspecify.annotations.NullMarked;
