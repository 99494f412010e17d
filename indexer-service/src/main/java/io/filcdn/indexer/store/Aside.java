package io.filcdn.indexer.store;

/**
 * The numbers of logs that are kept aside.
 *
 * @param unknown logs that bear the hash of a known event, but not its form
 * @param malformed logs of the right form that say what cannot be
 */
public record Aside(long unknown, long malformed) {

  public static final Aside NONE = new Aside(0, 0);
}
