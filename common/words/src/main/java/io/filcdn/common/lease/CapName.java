package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.time.NamedTime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The name of a cap that no egress record tells the use of: whoever leases it tells that with each
 * ask. As one text it is its owner, a slash and its part, such as {@code
 * cap/policy/fwss/12/all/2026-11-30}.
 */
public sealed interface CapName extends QuotaName {

  /** Begins the owner of each; no data set's id and no key has it. */
  String PREFIX = "cap/";

  /** Begins the owners of policies' caps. */
  String POLICY = PREFIX + "policy/";

  /** Begins the owners of tokens' caps. */
  String TOKEN = PREFIX + "token/";

  /** The longest time from now on to the end of a token with a cap. */
  Duration LONGEST_TOKEN = Duration.ofDays(31);

  /**
   * The bytes of a data set that its policy allows in a period.
   *
   * @param bearer to whom; in all only to all together
   * @param period all the time, or a day
   */
  record OfPolicy(DataSetId dataSet, CapBearer bearer, CapPeriod period) implements CapName {
    public OfPolicy {
      requireNonNull(dataSet, "dataSet is missing");
      boolean possible =
          switch (period) {
            case CapPeriod.Life _ -> bearer instanceof CapBearer.All;
            case CapPeriod.Day _ -> true;
            case CapPeriod.Month _ -> false;
          };
      if (!possible) {
        throw new IllegalArgumentException(
            "expected a policy's cap of a day, or one in all for all, found another");
      }
    }

    @Override
    public String owner() {
      return POLICY + dataSet + "/" + bearer;
    }

    @Override
    public String part() {
      return period.toString();
    }

    @Override
    public Optional<Instant> end() {
      return period.end();
    }

    /** Does not tell whose. */
    @Override
    public String toString() {
      return "a cap of the policy of %s in %s".formatted(dataSet, period);
    }
  }

  /**
   * The bytes that a signed token allows. Its cap and end are part of the name: who says others
   * names another.
   *
   * @param payer whose pieces it is for
   * @param token the hash of what was signed
   * @param bytes in all
   * @param expires when the token ends, in whole seconds; a {@link NamedTime}
   */
  record OfToken(Address payer, SecretHash token, ByteCount bytes, Instant expires)
      implements CapName {

    static final String SEPARATOR = "@";

    public OfToken {
      requireNonNull(payer, "payer is missing");
      requireNonNull(token, "token is missing");
      requireNonNull(bytes, "bytes is missing");
      if (!expires.equals(expires.truncatedTo(ChronoUnit.SECONDS))) {
        throw new IllegalArgumentException("expected an end in whole seconds, found another");
      }
      if (!NamedTime.isOne(expires)) {
        throw new IllegalArgumentException(
            "expected an end from 1970 on and before the year 9999, found another");
      }
    }

    @Override
    public String owner() {
      return TOKEN + payer + "/" + token;
    }

    /** By the end first, as a day is: what is over sorts before what is not. */
    @Override
    public String part() {
      return expires + SEPARATOR + bytes;
    }

    @Override
    public Optional<Instant> end() {
      return Optional.of(expires);
    }

    /** Does not tell which. */
    @Override
    public String toString() {
      return "the cap of a signed token of " + payer;
    }
  }

  /** The one text. */
  default String text() {
    return owner() + "/" + part();
  }

  /**
   * Reads the two texts.
   *
   * @throws IllegalArgumentException where they name no cap; the message does not show them
   */
  static CapName of(String owner, String part) {
    String[] parts = owner.split("/", 6);
    if (owner.startsWith(POLICY) && parts.length >= 5) {
      String bearer = owner.substring(POLICY.length() + parts[2].length() + parts[3].length() + 2);
      return new OfPolicy(
          DataSetId.of(parts[2] + "/" + parts[3]), CapBearer.of(bearer), CapPeriod.of(part));
    }
    if (owner.startsWith(TOKEN) && parts.length == 4) {
      return token(parts, part.split(OfToken.SEPARATOR, 3), part);
    }
    throw refused();
  }

  private static CapName token(String[] owner, String[] ends, String part) {
    try {
      OfToken name =
          new OfToken(
              Address.of(owner[2]),
              SecretHash.ofHex(owner[3]),
              ByteCount.of(ends[ends.length - 1]),
              Instant.parse(ends[0]));
      if (name.part().equals(part)) {
        return name;
      }
    } catch (DateTimeException e) {
      throw refused();
    }
    throw refused();
  }

  /**
   * Reads one text.
   *
   * @throws IllegalArgumentException where it names no cap
   */
  static CapName of(String text) {
    int slash = text.lastIndexOf('/');
    if (slash < 0) {
      throw refused();
    }
    return of(text.substring(0, slash), text.substring(slash + 1));
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException("expected the name of a cap, found another text");
  }
}
