/** The usage to report and the debts to pay now. */
@NullMarked
package io.filcdn.settlement.due;

import org.jspecify.annotations.NullMarked;
