@NullMarked
package io.filcdn.settlement.confirmation;

import org.jspecify.annotations.NullMarked;
