/** The gauges and readiness checks of the service. */
@NullMarked
package io.filcdn.settlement.monitoring;

import org.jspecify.annotations.NullMarked;
