package io.filcdn.metrics.quota;

/**
 * The bytes that a data set may still be served.
 *
 * @param cdn for all egress
 * @param cacheMiss for bytes fetched from providers
 */
public record Quota(Part cdn, Part cacheMiss) {

  /**
   * One of the two.
   *
   * @param granted what was paid for
   * @param remaining what of it was not yet used; 0 where more was used
   */
  public record Part(ByteAllowance granted, ByteAllowance remaining) {}
}
