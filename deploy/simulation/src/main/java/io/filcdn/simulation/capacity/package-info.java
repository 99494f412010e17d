/** The cost of an edge, from what was measured. */
@NullMarked
package io.filcdn.simulation.capacity;

import org.jspecify.annotations.NullMarked;
