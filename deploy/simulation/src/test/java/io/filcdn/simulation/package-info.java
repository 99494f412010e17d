/** Tests of the simulation. */
@NullMarked
package io.filcdn.simulation;

import org.jspecify.annotations.NullMarked;
