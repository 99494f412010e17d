/** The whole of FilCDN on one machine: the embedded stack, the devnet, and what starts them. */
@NullMarked
package io.filcdn.stack;

import org.jspecify.annotations.NullMarked;
