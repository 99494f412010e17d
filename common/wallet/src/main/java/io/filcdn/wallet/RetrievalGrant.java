package io.filcdn.wallet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.IpNetwork;
import io.filcdn.common.access.Origin;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceName;
import io.filcdn.common.time.NamedTime;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Hash;

/**
 * The message by which a payer's wallet sets the policies of data sets: typed data (EIP-712) whose
 * numbers are decimal texts, so that stock libraries sign the same JSON. An empty text, an empty
 * list or 0 leaves something out.
 *
 * @param payer whose data sets they are; who signs
 * @param dataSets numbers of the network's generation; none for all that have no policy of their
 *     own
 * @param access {@code public}, {@code keys} or {@code signed}
 * @param delegateKeyId 0x and the thumbprint (RFC 7638) of the delegate's key in 64 hex digits;
 *     zeros without one
 * @param delegateJwk the delegate's public key: a JWK with crv, kty, x and y
 * @param notBefore in seconds since 1970
 * @param expires in seconds since 1970
 * @param maxBytes of each data set in all
 * @param maxBytesPerDay of each data set and a day in UTC
 * @param maxBytesPerDayOfKey of each data set, a day and a key or signed token
 * @param maxBytesPerDayOfClient of each data set, a day and a client
 * @param origins of pages
 * @param cidrs of clients' networks
 * @param pieces PieceCIDs
 * @param serial higher than those of all grants before it, of each of the data sets
 */
public record RetrievalGrant(
    Address payer,
    List<String> dataSets,
    String access,
    String delegateKeyId,
    String delegateJwk,
    String notBefore,
    String expires,
    String maxBytes,
    String maxBytesPerDay,
    String maxBytesPerDayOfKey,
    String maxBytesPerDayOfClient,
    List<String> origins,
    List<String> cidrs,
    List<String> pieces,
    String serial) {

  /** The name of its type. */
  public static final String PRIMARY_TYPE = "RetrievalGrant";

  /** The members of its type, in their order. */
  public static final List<Member> TYPE =
      List.of(
          new Member("payer", "address"),
          new Member("dataSets", "uint256[]"),
          new Member("access", "string"),
          new Member("delegateKeyId", "bytes32"),
          new Member("delegateJwk", "string"),
          new Member("notBefore", "uint64"),
          new Member("expires", "uint64"),
          new Member("maxBytes", "uint256"),
          new Member("maxBytesPerDay", "uint256"),
          new Member("maxBytesPerDayOfKey", "uint256"),
          new Member("maxBytesPerDayOfClient", "uint256"),
          new Member("origins", "string[]"),
          new Member("cidrs", "string[]"),
          new Member("pieces", "string[]"),
          new Member("serial", "uint64"));

  /** The most entries of each list. */
  public static final int MOST_ENTRIES = PolicyLimits.MOST_ENTRIES;

  private static final String ENCODED_TYPE =
      TYPE.stream()
          .map(member -> member.type() + " " + member.name())
          .collect(joining(",", PRIMARY_TYPE + "(", ")"));

  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,18}");
  private static final Pattern BYTES32 = Pattern.compile("0x[0-9a-fA-F]{64}");
  private static final String NO_KEY = "0x" + "0".repeat(64);

  /** A member of a type of typed data. */
  public record Member(String name, String type) {}

  public RetrievalGrant {
    require("payer", payer);
    dataSets = entries("dataSets", dataSets, "decimal texts", RetrievalGrant::isNumber);
    require("access", access);
    form("delegateKeyId", delegateKeyId, BYTES32, "0x and 64 hex digits");
    require("delegateJwk", delegateJwk);
    number("notBefore", notBefore);
    number("expires", expires);
    number("maxBytes", maxBytes);
    number("maxBytesPerDay", maxBytesPerDay);
    number("maxBytesPerDayOfKey", maxBytesPerDayOfKey);
    number("maxBytesPerDayOfClient", maxBytesPerDayOfClient);
    origins = entries("origins", origins, "texts", _ -> true);
    cidrs = entries("cidrs", cidrs, "texts", _ -> true);
    pieces = entries("pieces", pieces, "texts", _ -> true);
    number("serial", serial);
  }

  /**
   * The hash of its type: the permission by which a payer lets a session key sign grants, as the
   * contracts name theirs.
   */
  public static byte[] typeHash() {
    return Hash.sha3(ENCODED_TYPE.getBytes(UTF_8));
  }

  /** The domain in which a network's payers sign. */
  public static TypedDomain domain(Network network) {
    return new TypedDomain("FilCDN", "1", network.chainId(), network.contracts().fwss());
  }

  /** The 32 bytes that the payer's wallet signs. */
  public byte[] digest(TypedDomain domain) {
    return domain.digest(
        new StructHash(ENCODED_TYPE)
            .address(payer)
            .numbers(dataSets.stream().map(BigInteger::new).toList())
            .text(access)
            .bytes(HexFormat.of().parseHex(delegateKeyId, 2, delegateKeyId.length()))
            .text(delegateJwk)
            .number(new BigInteger(notBefore))
            .number(new BigInteger(expires))
            .number(new BigInteger(maxBytes))
            .number(new BigInteger(maxBytesPerDay))
            .number(new BigInteger(maxBytesPerDayOfKey))
            .number(new BigInteger(maxBytesPerDayOfClient))
            .texts(origins)
            .texts(cidrs)
            .texts(pieces)
            .number(new BigInteger(serial)));
  }

  /**
   * The policies that it sets, one for each data set, or the one for all others.
   *
   * @param generation of its data sets
   * @throws IllegalArgumentException where a member says what no policy can
   */
  public List<PolicyRecord> policies(Generation generation) {
    List<Optional<DataSetId>> all =
        dataSets.isEmpty()
            ? List.of(Optional.empty())
            : new LinkedHashSet<>(dataSets)
                .stream().map(number -> Optional.of(DataSetId.of(number, generation))).toList();
    PolicyAccess wanted = PolicyAccess.of(access);
    Optional<DelegateKey> delegate = delegate();
    Optional<Instant> start = time("notBefore", notBefore);
    Optional<Instant> end = time("expires", expires);
    PolicyLimits limits = limits();
    long number = Long.parseLong(serial);
    return all.stream()
        .map(
            dataSet ->
                new PolicyRecord(payer, dataSet, wanted, delegate, start, end, limits, number))
        .toList();
  }

  private PolicyLimits limits() {
    return new PolicyLimits(
        bytes(maxBytes),
        bytes(maxBytesPerDay),
        bytes(maxBytesPerDayOfKey),
        bytes(maxBytesPerDayOfClient),
        read(origins, Origin::of),
        read(cidrs, IpNetwork::of),
        read(pieces, PieceName::parse));
  }

  private Optional<DelegateKey> delegate() {
    if (delegateJwk.isEmpty()) {
      if (!delegateKeyId.equals(NO_KEY)) {
        throw new IllegalArgumentException(
            "expected a delegateKeyId of zeros without a delegateJwk, found another");
      }
      return Optional.empty();
    }
    DelegateKey key = read(delegateJwk);
    String thumbprint = "0x" + HexFormat.of().formatHex(key.thumbprint());
    if (!delegateKeyId.equalsIgnoreCase(thumbprint)) {
      throw new IllegalArgumentException(
          "expected a delegateKeyId of %s, the thumbprint of delegateJwk, found another"
              .formatted(thumbprint));
    }
    return Optional.of(key);
  }

  /**
   * A JWK with these members and no others. What was found is not shown: it may be a private key.
   */
  private static DelegateKey read(String jwk) {
    try {
      return RecordJson.readStrictly(jwk, DelegateKey.class);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected delegateJwk as a public JWK with crv, kty, x and y alone, of a point of P-256");
    }
  }

  private static Optional<ByteCount> bytes(String number) {
    return Optional.of(ByteCount.of(number)).filter(bytes -> !bytes.isZero());
  }

  private static Optional<Instant> time(String what, String seconds) {
    long value = Long.parseLong(seconds);
    if (value >= NamedTime.END.getEpochSecond()) {
      throw new IllegalArgumentException(
          "expected %s in seconds, before the year 9999, found %d".formatted(what, value));
    }
    return value == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(value));
  }

  private static <T> List<T> read(List<String> texts, Function<String, T> reader) {
    return texts.stream().map(reader).toList();
  }

  private static List<String> entries(
      String what, @Nullable List<String> entries, String of, Predicate<String> fits) {
    if (entries == null
        || entries.size() > MOST_ENTRIES
        || !entries.stream().allMatch(entry -> entry != null && fits.test(entry))) {
      throw new IllegalArgumentException(
          "expected %s as a list of at most %d %s, found another"
              .formatted(what, MOST_ENTRIES, of));
    }
    return List.copyOf(entries);
  }

  private static void number(String what, @Nullable String text) {
    if (text == null || !isNumber(text)) {
      throw new IllegalArgumentException(
          "expected %s as a decimal text of 0 to %d, found another"
              .formatted(what, Long.MAX_VALUE));
    }
  }

  private static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches() && new BigInteger(text).bitLength() < Long.SIZE;
  }

  private static void form(String what, @Nullable String text, Pattern form, String expected) {
    if (text == null || !form.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "expected %s as %s, found another".formatted(what, expected));
    }
  }

  private static void require(String what, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("expected a grant with %s, found none".formatted(what));
    }
  }
}
