/** Records whose texts Postgres can hold. */
@NullMarked
package io.filcdn.metrics.store;

import org.jspecify.annotations.NullMarked;
