/**
 * The one HTTP contract between services: how edges lease quota from metrics, ahead of serving.
 * Bodies are JSON as {@link io.filcdn.common.kafka.RecordJson} writes it, and every call carries
 * its edge's {@link io.filcdn.common.identity.RequestSignature}.
 */
@NullMarked
package io.filcdn.common.lease;

import org.jspecify.annotations.NullMarked;
