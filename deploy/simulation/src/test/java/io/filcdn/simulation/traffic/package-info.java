/** Tests of the simulation. */
@NullMarked
package io.filcdn.simulation.traffic;

import org.jspecify.annotations.NullMarked;
