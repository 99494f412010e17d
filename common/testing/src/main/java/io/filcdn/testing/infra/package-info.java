/** Postgres and Kafka: real ones, embedded in a process of ours, or in containers. */
@NullMarked
package io.filcdn.testing.infra;

import org.jspecify.annotations.NullMarked;
