/**
 * The replica of the topics in tables of our own: the newest record of each key, and the offsets.
 */
@NullMarked
package io.filcdn.settlement.replica;

import org.jspecify.annotations.NullMarked;
