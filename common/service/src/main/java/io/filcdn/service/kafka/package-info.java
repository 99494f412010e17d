/**
 * Kafka as the services with a database use it: topics whose offsets are in the database, and an
 * outbox that is sent.
 */
@NullMarked
package io.filcdn.service.kafka;

import org.jspecify.annotations.NullMarked;
