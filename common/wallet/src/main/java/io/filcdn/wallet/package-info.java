/** Wallets: what they sign outside transactions. */
@NullMarked
package io.filcdn.wallet;

import org.jspecify.annotations.NullMarked;
