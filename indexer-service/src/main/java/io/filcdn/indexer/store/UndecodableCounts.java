package io.filcdn.indexer.store;

/**
 * The numbers of undecodable logs that are kept aside.
 *
 * @param unknown logs that bear the hash of a known event, but not its form
 * @param malformed logs of the right form that say what cannot be
 */
public record UndecodableCounts(long unknown, long malformed) {

  public static final UndecodableCounts NONE = new UndecodableCounts(0, 0);
}
