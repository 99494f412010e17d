/** Policies of payers: who may fetch on whose account, as wallets sign it. */
@NullMarked
package io.filcdn.metrics.policies;

import org.jspecify.annotations.NullMarked;
