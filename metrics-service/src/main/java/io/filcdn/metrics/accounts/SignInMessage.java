package io.filcdn.metrics.accounts;

import io.filcdn.common.chain.Address;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The message that a wallet shows and signs (EIP-4361, version 1): the parts of it by which it is
 * judged. Statement, URI, request id and resources may be any.
 *
 * @param domain who asks for the signature, as the wallet showed it
 */
public record SignInMessage(
    String domain,
    Address address,
    long chainId,
    String nonce,
    Instant issuedAt,
    Optional<Instant> expirationTime,
    Optional<Instant> notBefore) {

  private static final int LONGEST = 4096;

  private static final Pattern FORM =
      Pattern.compile(
          "(?:[a-zA-Z][a-zA-Z0-9+.-]{0,20}://)?(?<domain>[^\\s/?#]{1,255})"
              + " wants you to sign in with your Ethereum account:\n"
              + "(?<address>0x[0-9a-fA-F]{40})\n\n"
              + "(?:[^\\n]+\n)?\n"
              + "URI: [^\\s]+\n"
              + "Version: 1\n"
              + "Chain ID: (?<chain>[0-9]{1,18})\n"
              + "Nonce: (?<nonce>[0-9a-zA-Z]{8,128})\n"
              + "Issued At: (?<issued>[^\\s]+)"
              + "(?:\nExpiration Time: (?<expires>[^\\s]+))?"
              + "(?:\nNot Before: (?<begins>[^\\s]+))?"
              + "(?:\nRequest ID: [^\\n]*)?"
              + "(?:\nResources:(?:\n- [^\\s]+)*+)?");

  /**
   * Reads a message.
   *
   * @throws IllegalArgumentException where it has another form
   */
  public static SignInMessage read(String text) {
    Matcher parts = FORM.matcher(text);
    if (text.length() > LONGEST || !parts.matches()) {
      throw new IllegalArgumentException(
          "expected a message of EIP-4361, version 1, of at most %d characters, found another"
              .formatted(LONGEST));
    }
    return new SignInMessage(
        parts.group("domain"),
        Address.of(parts.group("address")),
        Long.parseLong(parts.group("chain")),
        parts.group("nonce"),
        time(parts.group("issued")),
        optionalTime(parts.group("expires")),
        optionalTime(parts.group("begins")));
  }

  private static Optional<Instant> optionalTime(@Nullable String text) {
    return Optional.ofNullable(text).map(SignInMessage::time);
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "expected times of the message as RFC 3339 has them, found another", e);
    }
  }
}
