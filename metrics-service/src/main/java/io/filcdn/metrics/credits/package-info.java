/** The credit server: accounts, grants, reservations, and the ledger that all of it is in. */
@NullMarked
package io.filcdn.metrics.credits;

import org.jspecify.annotations.NullMarked;
