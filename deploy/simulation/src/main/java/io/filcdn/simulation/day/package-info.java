/** A day of a large fleet: a sample of its data sets, and what that says of all of them. */
@NullMarked
package io.filcdn.simulation.day;

import org.jspecify.annotations.NullMarked;
