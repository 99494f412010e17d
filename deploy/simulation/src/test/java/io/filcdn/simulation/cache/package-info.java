/** Tests of the simulation. */
@NullMarked
package io.filcdn.simulation.cache;

import org.jspecify.annotations.NullMarked;
