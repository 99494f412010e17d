@NullMarked
package io.filcdn.settlement.due;

import org.jspecify.annotations.NullMarked;
