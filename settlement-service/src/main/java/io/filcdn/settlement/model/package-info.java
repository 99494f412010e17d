/** The value types of settlement: usage, amounts, and transactions with their states. */
@NullMarked
package io.filcdn.settlement.model;

import org.jspecify.annotations.NullMarked;
