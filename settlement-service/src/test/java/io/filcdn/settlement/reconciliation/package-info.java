@NullMarked
package io.filcdn.settlement.reconciliation;

import org.jspecify.annotations.NullMarked;
