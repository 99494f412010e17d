/** The data sets that are left out of an activity, with the reason. */
@NullMarked
package io.filcdn.settlement.setaside;

import org.jspecify.annotations.NullMarked;
