/** Publication to other services, which waits until Kafka has it. */
@NullMarked
package io.filcdn.metrics.publish;

import org.jspecify.annotations.NullMarked;
