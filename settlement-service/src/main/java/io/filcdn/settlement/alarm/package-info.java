/** The conditions that an operator has to know about, as a metric and a log line. */
@NullMarked
package io.filcdn.settlement.alarm;

import org.jspecify.annotations.NullMarked;
