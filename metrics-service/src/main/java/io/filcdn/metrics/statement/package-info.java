/** Statements of what settlement did on chain, as providers want to see it. */
@NullMarked
package io.filcdn.metrics.statement;

import org.jspecify.annotations.NullMarked;
