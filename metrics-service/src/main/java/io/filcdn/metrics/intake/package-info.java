/**
 * Intake of topics into the database: every record of an edge is let through once, in its order.
 */
@NullMarked
package io.filcdn.metrics.intake;

import org.jspecify.annotations.NullMarked;
