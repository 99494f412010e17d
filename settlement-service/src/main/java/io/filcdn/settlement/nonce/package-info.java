/** The nonce that the next transaction gets. */
@NullMarked
package io.filcdn.settlement.nonce;

import org.jspecify.annotations.NullMarked;
