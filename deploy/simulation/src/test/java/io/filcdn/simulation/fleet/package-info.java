/** Tests of the simulation. */
@NullMarked
package io.filcdn.simulation.fleet;

import org.jspecify.annotations.NullMarked;
