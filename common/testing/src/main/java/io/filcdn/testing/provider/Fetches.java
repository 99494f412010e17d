package io.filcdn.testing.provider;

/**
 * The fetches of a piece: how many, and how much of it.
 *
 * @param fetches GET requests that were answered with bytes, ranges included
 * @param bytes those that went to the sockets
 */
public record Fetches(long fetches, long bytes) {

  static final Fetches NONE = new Fetches(0, 0);

  Fetches plus(long moreFetches, long moreBytes) {
    return new Fetches(Math.addExact(fetches, moreFetches), Math.addExact(bytes, moreBytes));
  }
}
