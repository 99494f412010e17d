package io.filcdn.indexer.chain;

/** A log that bears the hash of a known event, but not its form. */
public record UndecodableLog(RawLog log, String reason) {}
