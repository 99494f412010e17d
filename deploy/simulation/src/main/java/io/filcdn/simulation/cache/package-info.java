/** Hit ratios by the size of a cache. */
@NullMarked
package io.filcdn.simulation.cache;

import org.jspecify.annotations.NullMarked;
