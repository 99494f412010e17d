/** The topics: odometers and the index of data sets, read into the ledger's tables. */
@NullMarked
package io.filcdn.settlement.intake;

import org.jspecify.annotations.NullMarked;
