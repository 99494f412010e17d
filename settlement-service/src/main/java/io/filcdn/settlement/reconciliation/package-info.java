/** The comparison of ledger, odometers, index and contract, data set by data set. */
@NullMarked
package io.filcdn.settlement.reconciliation;

import org.jspecify.annotations.NullMarked;
