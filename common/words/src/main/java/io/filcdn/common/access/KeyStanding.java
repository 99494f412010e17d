package io.filcdn.common.access;

/** The answer to who presents a key. */
public enum KeyStanding {
  /** It is good. */
  GOOD,
  /** Its secret is none of the key's, or one that a rotation has ended. */
  SECRET_UNKNOWN,
  /** Its time is over. */
  EXPIRED,
  /** Its payer or the operator took it back. */
  REVOKED
}
