package io.filcdn.common.digest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash functions that every JDK has, without the exception for one that has not. */
public final class Digests {

  private Digests() {}

  /** A digest of SHA-256 (FIPS 180-4), for one thread. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The 32 bytes of a message's SHA-256. */
  public static byte[] sha256(byte[] message) {
    return sha256().digest(message);
  }
}
