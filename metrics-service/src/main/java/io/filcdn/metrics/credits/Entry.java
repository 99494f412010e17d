package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditCause;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import io.filcdn.common.credit.CreditPot;
import java.util.Optional;

/** An entry that is to be added to the ledger. */
record Entry(
    BookKey book,
    CreditPot debit,
    CreditPot credit,
    CreditAmount amount,
    CreditCause cause,
    Optional<Long> grant,
    Optional<ReservationName> reservation) {}
