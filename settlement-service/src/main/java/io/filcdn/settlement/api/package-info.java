/** The HTTP API of the service: what the ledger knows, and what operators can have done. */
@NullMarked
package io.filcdn.settlement.api;

import org.jspecify.annotations.NullMarked;
