package io.filcdn.metrics.accounts;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces for sign-ins, which nobody keeps: the second of its end (8 bytes), 16 random bytes, and
 * the first 16 bytes of the HMAC-SHA-256 of both, in hex. That one is used once is for a table to
 * say.
 */
final class Nonces {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int RANDOM_LENGTH = 16;
  private static final int BODY_LENGTH = Long.BYTES + RANDOM_LENGTH;
  private static final int MAC_LENGTH = 16;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{80}");
  private static final HexFormat HEX = HexFormat.of();

  private final SecretKeySpec secret;
  private final SecureRandom random;

  Nonces(byte[] secret, SecureRandom random) {
    this.secret = new SecretKeySpec(secret, ALGORITHM);
    this.random = random;
  }

  /** A new nonce. */
  String next(Instant now, Duration lifetime) {
    byte[] noise = new byte[RANDOM_LENGTH];
    random.nextBytes(noise);
    byte[] body =
        ByteBuffer.allocate(BODY_LENGTH)
            .putLong(now.plus(lifetime).getEpochSecond())
            .put(noise)
            .array();
    return HEX.formatHex(body) + HEX.formatHex(mac(body));
  }

  /** The end of a nonce; empty where it is none of ours. */
  Optional<Instant> end(String nonce) {
    if (!FORM.matcher(nonce).matches()) {
      return Optional.empty();
    }
    byte[] bytes = HEX.parseHex(nonce);
    byte[] body = Arrays.copyOf(bytes, BODY_LENGTH);
    return MessageDigest.isEqual(mac(body), Arrays.copyOfRange(bytes, BODY_LENGTH, bytes.length))
        ? Optional.of(Instant.ofEpochSecond(ByteBuffer.wrap(body).getLong()))
        : Optional.empty();
  }

  private byte[] mac(byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      return Arrays.copyOf(mac.doFinal(body), MAC_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
