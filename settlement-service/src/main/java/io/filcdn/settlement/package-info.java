/**
 * The settlement service, which reports usage on chain and has the rails paid. {@link
 * io.filcdn.settlement.SettlementRun} is the path.
 */
@NullMarked
package io.filcdn.settlement;

import org.jspecify.annotations.NullMarked;
