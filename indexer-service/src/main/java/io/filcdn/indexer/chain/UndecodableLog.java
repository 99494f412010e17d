package io.filcdn.indexer.chain;

/**
 * A log that bears the hash of a known event and is not read as one, or not as a whole.
 *
 * @param isMalformed whether it has the event's form, and only what it says cannot be, as a
 *     PieceCID that is none: anyone can write such. Otherwise its form is unknown, as after an
 *     upgrade of the contract
 */
public record UndecodableLog(RawLog log, boolean isMalformed, String reason) {}
