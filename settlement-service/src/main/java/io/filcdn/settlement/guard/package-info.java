/** The last decision whether a transaction may be sent, taken before the key is touched. */
@NullMarked
package io.filcdn.settlement.guard;

import org.jspecify.annotations.NullMarked;
