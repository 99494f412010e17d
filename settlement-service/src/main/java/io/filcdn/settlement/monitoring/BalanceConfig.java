package io.filcdn.settlement.monitoring;

import java.math.BigDecimal;

/**
 * The configuration of the balance's alarm.
 *
 * @param low the balance in FIL below which the operator's account raises it
 */
public record BalanceConfig(BigDecimal low) {}
