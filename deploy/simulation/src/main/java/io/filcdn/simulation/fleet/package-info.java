/** The fleet: edges, metrics and what passes between them, as events in time. */
@NullMarked
package io.filcdn.simulation.fleet;

import org.jspecify.annotations.NullMarked;
