@NullMarked
package io.filcdn.settlement.signing;

import org.jspecify.annotations.NullMarked;
