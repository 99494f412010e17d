/** Tests of the simulation. */
@NullMarked
package io.filcdn.simulation.day;

import org.jspecify.annotations.NullMarked;
