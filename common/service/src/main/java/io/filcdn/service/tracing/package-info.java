/** Traces that connect: spans of work that requests caused, however far behind them. */
@NullMarked
package io.filcdn.service.tracing;

import org.jspecify.annotations.NullMarked;
