/** Requests as they come: from a seed, or from a list. */
@NullMarked
package io.filcdn.simulation.traffic;

import org.jspecify.annotations.NullMarked;
