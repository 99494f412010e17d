@NullMarked
package io.filcdn.settlement.contracts;

import org.jspecify.annotations.NullMarked;
