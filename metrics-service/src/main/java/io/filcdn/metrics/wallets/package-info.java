/** Wallets of payers: who signed, by the signature alone or by what the chain says of it. */
@NullMarked
package io.filcdn.metrics.wallets;

import org.jspecify.annotations.NullMarked;
