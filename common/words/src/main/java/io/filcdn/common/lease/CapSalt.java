package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.payment.DataSetId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key by which a day's clients and tokens are sorted into buckets (HMAC-SHA-256, RFC 2104), the
 * same on all edges. Nobody can aim at another's bucket without it, and nobody can tell from a
 * bucket who is in it.
 *
 * @param day in UTC
 * @param key 64 lower-case hex digits
 */
public record CapSalt(LocalDate day, String key) {

  /** The number of buckets of a data set, of each kind and day. */
  public static final int BUCKETS = 1 << 20;

  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  public CapSalt {
    requireNonNull(day, "day is missing");
    if (!FORM.matcher(requireNonNull(key, "key is missing")).matches()) {
      throw new IllegalArgumentException("expected a key of 64 lower-case hex digits");
    }
  }

  /** A new one. */
  public static CapSalt random(LocalDate day, SecureRandom random) {
    byte[] key = new byte[BYTES];
    random.nextBytes(key);
    return new CapSalt(day, HexFormat.of().formatHex(key));
  }

  /** The bucket of a client or token of a data set. */
  public int bucket(DataSetId dataSet, byte[] whose) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(HexFormat.of().parseHex(key), ALGORITHM));
      mac.update(dataSet.toString().getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      return ByteBuffer.wrap(mac.doFinal(whose)).getInt() & BUCKETS - 1;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }

  static void requireBucket(int bucket) {
    if (bucket < 0 || bucket >= BUCKETS) {
      throw new IllegalArgumentException(
          "expected a bucket of 0 to %d, found another".formatted(BUCKETS - 1));
    }
  }

  /** Does not show the key. */
  @Override
  public String toString() {
    return "the buckets' key of " + day;
  }
}
