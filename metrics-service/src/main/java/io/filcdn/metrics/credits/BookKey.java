package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditKind;

/** The name of a balance: an account's credit of a kind. */
public record BookKey(CreditAccount account, CreditKind kind) {}
