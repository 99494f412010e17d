@NullMarked
package io.filcdn.settlement.guard;

import org.jspecify.annotations.NullMarked;
