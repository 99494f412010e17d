/** The topics: odometers and the index of data sets, read into the tables of {@code replica}. */
@NullMarked
package io.filcdn.settlement.intake;

import org.jspecify.annotations.NullMarked;
