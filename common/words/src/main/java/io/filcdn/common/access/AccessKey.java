package io.filcdn.common.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A key as its holder has it: {@code fcdn_<network>_<id>_<secret><checksum>}. The prefix is for
 * those who search texts for secrets; the id is looked up; the secret has 256 bits; the checksum
 * (CRC-32 of all before it, in base 62) refuses typos without a look-up.
 *
 * <p>It is a secret: only {@link #text} shows it, once, to who made it.
 */
public final class AccessKey {

  private static final int CHECKSUM_LENGTH = 6;
  private static final int LONGEST_NETWORK = 16;
  private static final int LONGEST =
      5 + LONGEST_NETWORK + 1 + 12 + 1 + Base62.SECRET_LENGTH + CHECKSUM_LENGTH;

  private static final Pattern NETWORK = Pattern.compile("[a-z0-9]{1,16}");
  private static final Pattern FORM =
      Pattern.compile("fcdn_([a-z0-9]{1,16})_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}");

  private final String network;
  private final KeyId id;
  private final String text;
  private final SecretHash hash;

  private AccessKey(String network, KeyId id, String text) {
    this.network = network;
    this.id = id;
    this.text = text;
    this.hash = SecretHash.of(text);
  }

  /**
   * A network's name as keys have it: its lower-case letters and digits, 16 at most.
   *
   * @throws IllegalArgumentException where it has none
   */
  public static String networkOf(String name) {
    String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    String first = letters.substring(0, Math.min(letters.length(), LONGEST_NETWORK));
    if (first.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a network's name with a letter or digit, found \"%s\"".formatted(name));
    }
    return first;
  }

  /**
   * A key with a new secret.
   *
   * @param network up to 16 lower-case letters and digits
   */
  public static AccessKey generate(String network, KeyId id, SecureRandom random) {
    if (!NETWORK.matcher(network).matches()) {
      throw new IllegalArgumentException(
          "expected a network of up to 16 letters a-z and digits, found \"%s\"".formatted(network));
    }
    String body =
        "fcdn_%s_%s_%s".formatted(network, id, Base62.random(random, Base62.SECRET_LENGTH));
    return new AccessKey(network, id, body + checksum(body));
  }

  /** The key that a text is; empty where it is of another form, or has a typo. */
  public static Optional<AccessKey> read(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    int end = text.length() - CHECKSUM_LENGTH;
    return checksum(text.substring(0, end)).equals(text.substring(end))
        ? Optional.of(new AccessKey(parts.group(1), new KeyId(parts.group(2)), text))
        : Optional.empty();
  }

  private static String checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(US_ASCII));
    return Base62.of(crc.getValue(), CHECKSUM_LENGTH);
  }

  /** The network that it is for. */
  public String network() {
    return network;
  }

  public KeyId id() {
    return id;
  }

  /** The whole key. A secret. */
  public String text() {
    return text;
  }

  /** The SHA-256 of the whole key. */
  public SecretHash hash() {
    return hash;
  }

  @Override
  public String toString() {
    return "the key " + id;
  }
}
