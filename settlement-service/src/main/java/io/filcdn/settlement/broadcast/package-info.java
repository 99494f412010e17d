/** The way of stored bytes to the nodes. */
@NullMarked
package io.filcdn.settlement.broadcast;

import org.jspecify.annotations.NullMarked;
