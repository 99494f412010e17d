/**
 * The record of what settlement knows and did, in its own Postgres tables: the newest records of
 * the topics, every transaction it signed, what it set aside, and the events it has yet to tell.
 */
@NullMarked
package io.filcdn.settlement.ledger;

import org.jspecify.annotations.NullMarked;
