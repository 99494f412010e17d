/** Records whose texts Postgres can hold. */
@NullMarked
package io.filcdn.metrics.json;

import org.jspecify.annotations.NullMarked;
