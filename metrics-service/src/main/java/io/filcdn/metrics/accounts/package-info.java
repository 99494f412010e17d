/** Accounts of payers: the sign-in with a wallet, and the keys that payers make. */
@NullMarked
package io.filcdn.metrics.accounts;

import org.jspecify.annotations.NullMarked;
