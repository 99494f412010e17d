@NullMarked
package io.filcdn.settlement.ledger;

import org.jspecify.annotations.NullMarked;
