package io.filcdn.retrieval.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The keys of session tickets at one time. They are derived from a secret and the number of the
 * period that it is (HKDF, RFC 5869), so that edges that share the secret have the same keys at the
 * same time and nobody hands them round. Tickets are made with the key of this period; those of the
 * period before are taken, and those of the next one, as clocks differ.
 */
final class TicketKeys {

  private static final int SECRET_BYTES = 32;
  private static final int MOST_SECRETS = 4;
  private static final byte[] PURPOSE = "filcdn tls tickets".getBytes(StandardCharsets.US_ASCII);

  private final List<byte[]> secrets;
  private final Duration rotation;
  private final long period;

  private TicketKeys(List<byte[]> secrets, Duration rotation, long period) {
    this.secrets = secrets;
    this.rotation = rotation;
    this.period = period;
  }

  /** A secret that nobody else has. */
  static String newSecret(SecureRandom random) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return Base64.getEncoder().encodeToString(secret);
  }

  /**
   * The keys at a time.
   *
   * @param secrets one a line, in base64: the one that tickets are made with, then those before it
   * @param rotation the length of a period
   * @throws IllegalArgumentException where there are none; the message shows no secret
   */
  static TicketKeys of(String secrets, Duration rotation, Instant now) {
    List<byte[]> decoded =
        secrets.lines().filter(line -> !line.isBlank()).map(TicketKeys::secret).toList();
    if (decoded.isEmpty() || decoded.size() > MOST_SECRETS) {
      throw new IllegalArgumentException(
          "expected 1 to %d secrets of tickets, one a line, found %d"
              .formatted(MOST_SECRETS, decoded.size()));
    }
    return new TicketKeys(
        decoded, rotation, Math.floorDiv(now.getEpochSecond(), rotation.toSeconds()));
  }

  private static byte[] secret(String line) {
    try {
      byte[] secret = Base64.getDecoder().decode(line.strip());
      if (secret.length >= SECRET_BYTES) {
        return secret;
      }
    } catch (IllegalArgumentException _) {
      // its message could show a part of it
    }
    throw new IllegalArgumentException(
        "expected a secret of tickets of %d bytes or more in base64 (openssl rand -base64 %d), found another line"
            .formatted(SECRET_BYTES, SECRET_BYTES));
  }

  /** The keys, the one that tickets are made with first. */
  OpenSslSessionTicketKey[] inForce() {
    return secrets.stream()
        .flatMap(
            secret ->
                LongStream.of(period, period - 1, period + 1).mapToObj(of -> derive(secret, of)))
        .map(TicketKeys::key)
        .toArray(OpenSslSessionTicketKey[]::new);
  }

  /** The longest time for which a session can be resumed. */
  int longestAgeSeconds() {
    return Math.toIntExact(2 * rotation.toSeconds());
  }

  /** True where these are the same keys as others. */
  boolean isSameAs(TicketKeys other) {
    return period == other.period
        && rotation.equals(other.rotation)
        && Arrays.deepEquals(secrets.toArray(), other.secrets.toArray());
  }

  private static byte[] derive(byte[] secret, long period) {
    byte[] info =
        ByteBuffer.allocate(PURPOSE.length + Long.BYTES).put(PURPOSE).putLong(period).array();
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract()
                  .addIKM(secret)
                  .thenExpand(info, OpenSslSessionTicketKey.TICKET_KEY_SIZE));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HKDF-SHA256", e);
    }
  }

  private static OpenSslSessionTicketKey key(byte[] bytes) {
    int mac = OpenSslSessionTicketKey.NAME_SIZE;
    int cipher = mac + OpenSslSessionTicketKey.HMAC_KEY_SIZE;
    return new OpenSslSessionTicketKey(
        Arrays.copyOfRange(bytes, 0, mac),
        Arrays.copyOfRange(bytes, mac, cipher),
        Arrays.copyOfRange(bytes, cipher, bytes.length));
  }
}
