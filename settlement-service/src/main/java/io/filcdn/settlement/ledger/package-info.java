/**
 * The record of what settlement did, in its own Postgres tables: every transaction it signed, what
 * data sets owe, and the events it has yet to tell.
 */
@NullMarked
package io.filcdn.settlement.ledger;

import org.jspecify.annotations.NullMarked;
