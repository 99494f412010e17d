/** How stored bytes reach the nodes. */
@NullMarked
package io.filcdn.settlement.broadcast;

import org.jspecify.annotations.NullMarked;
