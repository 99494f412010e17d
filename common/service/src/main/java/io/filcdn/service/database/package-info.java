/** A service's own Postgres: transactions, rows as arrays, locks among processes. */
@NullMarked
package io.filcdn.service.database;

import org.jspecify.annotations.NullMarked;
