package io.filcdn.wallet;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A token of Curio's gated retrieval, as the draft of its pull request 1441 of August 2026 has it:
 * a proof, signed for one request, and where not the payer himself signed that, the voucher by
 * which he lets its signer fetch from a data set. All that is known of that wire is in here.
 *
 * <p>It is a secret for as long as its proof is good: {@link #toString} does not show it.
 */
public final class CurioToken {

  /** The scheme of {@code Authorization}. */
  public static final String SCHEME = "CurioRetrieval";

  /** The parameter of a query that holds a token, where no header can. */
  public static final String PARAMETER = "auth";

  /** The time for which proofs are good at most. */
  public static final Duration LONGEST_PROOF = Duration.ofMinutes(5);

  /** The characters of a token at most; one with a voucher has about 900. */
  public static final int LONGEST = 2_048;

  private static final String EIP712 = "eip712";
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,77}");
  private static final int MOST_BRACKETS = 3;

  private static final String PROOF =
      "RetrievalProof(uint256 scope,string resource,uint256 deadline)";
  private static final String VOUCHER =
      "RetrievalVoucher(address grantee,uint256 scope,uint256 issuedAt,uint256 deadline)";

  private final Wire wire;

  private CurioToken(Wire wire) {
    this.wire = wire;
  }

  /** The JSON of a token; numbers are decimal texts. */
  record Wire(
      String scheme,
      Proof proof,
      String proofSig,
      Optional<Voucher> voucher,
      Optional<String> voucherSig) {

    Wire {
      require(scheme);
      require(proof);
      require(proofSig);
    }
  }

  /** A request's word for one resource. */
  record Proof(String scope, String resource, String deadline) {

    Proof {
      requireNumber(scope);
      require(resource);
      requireNumber(deadline);
    }

    byte[] digest(TypedDomain domain) {
      return domain.digest(
          new StructHash(PROOF)
              .number(new BigInteger(scope))
              .text(resource)
              .number(new BigInteger(deadline)));
    }
  }

  /**
   * A payer's word that somebody may fetch.
   *
   * @param grantee who may
   * @param scope the number of the data set
   * @param issuedAt the second in which it was given
   * @param deadline the last second in which it is good
   */
  public record Voucher(Address grantee, String scope, String issuedAt, String deadline) {

    public Voucher {
      require(grantee);
      requireNumber(scope);
      requireNumber(issuedAt);
      requireNumber(deadline);
    }

    byte[] digest(TypedDomain domain) {
      return domain.digest(
          new StructHash(VOUCHER)
              .address(grantee)
              .number(new BigInteger(scope))
              .number(new BigInteger(issuedAt))
              .number(new BigInteger(deadline)));
    }
  }

  /** A voucher as its payer signed it. It is no secret: it lets in who can sign as its grantee. */
  public record SignedVoucher(Voucher voucher, String voucherSig) {

    public SignedVoucher {
      require(voucher);
      require(voucherSig);
    }

    /** The voucher of a payer whose key is at hand. */
    public static SignedVoucher of(WalletKey payer, TypedDomain domain, Voucher voucher) {
      return new SignedVoucher(voucher, payer.sign(voucher.digest(domain)).hex());
    }

    /** The account that signed it; empty where no key can have. */
    public Optional<Address> signer(TypedDomain domain) {
      return CurioToken.signer(voucherSig, voucher.digest(domain));
    }

    /** True where it is for this grantee and data set, and good for so long at least. */
    public boolean isFor(Address grantee, DataSetId dataSet, Instant until) {
      return voucher.grantee.equals(grantee)
          && voucher.scope.equals(scope(dataSet))
          && !isOver(voucher.deadline, until);
    }
  }

  /** Signs the token of a grantee for one piece of a data set. */
  public static CurioToken sign(
      WalletKey grantee,
      SignedVoucher voucher,
      TypedDomain domain,
      DataSetId dataSet,
      PieceCid piece,
      Instant deadline) {
    Proof proof =
        new Proof(scope(dataSet), piece.toString(), Long.toString(deadline.getEpochSecond()));
    return new CurioToken(
        new Wire(
            EIP712,
            proof,
            grantee.sign(proof.digest(domain)).hex(),
            Optional.of(voucher.voucher),
            Optional.of(voucher.voucherSig)));
  }

  /** The value of {@code Authorization} that shows this token. A secret. */
  public String authorization() {
    return SCHEME + " " + text();
  }

  private String text() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(RecordJson.write(wire).getBytes(UTF_8));
  }

  private static String scope(DataSetId dataSet) {
    return Long.toString(dataSet.number());
  }

  /** The domain in which a network's vouchers and proofs are signed. */
  public static TypedDomain domain(Network network) {
    return new TypedDomain(SCHEME, "1", network.chainId(), network.contracts().fwss());
  }

  /** Reads a token; empty where the text is none. Nothing is verified yet. */
  public static Optional<CurioToken> read(String text) {
    if (text.length() > LONGEST || !FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      String json = new String(Base64.getUrlDecoder().decode(text), UTF_8);
      if (json.chars().filter(c -> c == '{' || c == '[').count() > MOST_BRACKETS) {
        return Optional.empty();
      }
      Wire wire = RecordJson.readStrictly(json, Wire.class);
      return EIP712.equals(wire.scheme) ? Optional.of(new CurioToken(wire)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The fault that keeps a token from letting its bearer fetch. */
  public enum Fault {
    /** It is for another piece, or the same by another name. */
    RESOURCE,
    /** It is for another data set. */
    SCOPE,
    /** Its proof, or its voucher, is over, or the proof is for longer than is good. */
    TIME,
    /** Not the payer, nor whom his voucher names, signed it. */
    SIGNATURE,
    /** A wallet signed it whose proofs are for others. */
    SIGNER
  }

  /** The fault of this token for a request, whoever the payer lets in. */
  public Optional<Fault> fault(
      TypedDomain domain, DataSetId dataSet, Address payer, PieceCid piece, Instant now) {
    return fault(domain, dataSet, payer, piece, now, _ -> false);
  }

  /**
   * The fault of this token for a request.
   *
   * @param piece that is asked for; a proof names it as the request's path does, by v1 or v2
   * @param payer who pays for the data set
   * @param barred wallets that are not let in, whatever the payer says
   * @return nothing where the request may be answered
   */
  public Optional<Fault> fault(
      TypedDomain domain,
      DataSetId dataSet,
      Address payer,
      PieceCid piece,
      Instant now,
      Predicate<Address> barred) {
    if (!wire.proof.resource.equals(piece.toString())
        && !wire.proof.resource.equals(piece.commP().toString())) {
      return Optional.of(Fault.RESOURCE);
    }
    String scope = scope(dataSet);
    if (!wire.proof.scope.equals(scope)) {
      return Optional.of(Fault.SCOPE);
    }
    if (isOver(wire.proof.deadline, now) || isAfter(wire.proof.deadline, now.plus(LONGEST_PROOF))) {
      return Optional.of(Fault.TIME);
    }
    Optional<Address> signer = signer(wire.proofSig, wire.proof.digest(domain));
    if (signer.filter(barred).isPresent()) {
      return Optional.of(Fault.SIGNER);
    }
    if (signer.equals(Optional.of(payer))) {
      return Optional.empty();
    }
    if (wire.voucher.isEmpty() || wire.voucherSig.isEmpty()) {
      return Optional.of(Fault.SIGNATURE);
    }
    Voucher voucher = wire.voucher.get();
    if (!voucher.scope.equals(scope)) {
      return Optional.of(Fault.SCOPE);
    }
    if (isOver(voucher.deadline, now)) {
      return Optional.of(Fault.TIME);
    }
    boolean vouched =
        signer.equals(Optional.of(voucher.grantee))
            && signer(wire.voucherSig.get(), voucher.digest(domain)).equals(Optional.of(payer));
    return vouched ? Optional.empty() : Optional.of(Fault.SIGNATURE);
  }

  /** The last second counts. */
  private static boolean isOver(String deadline, Instant now) {
    return new BigInteger(deadline).compareTo(BigInteger.valueOf(now.getEpochSecond())) < 0;
  }

  private static boolean isAfter(String deadline, Instant latest) {
    return new BigInteger(deadline).compareTo(BigInteger.valueOf(latest.getEpochSecond())) > 0;
  }

  private static Optional<Address> signer(String signature, byte[] digest) {
    return WalletSignature.read(signature).flatMap(signed -> signed.signer(digest));
  }

  private static void requireNumber(@Nullable String text) {
    if (text == null || !NUMBER.matcher(text).matches() || new BigInteger(text).bitLength() > 256) {
      throw new IllegalArgumentException("expected a decimal text of 256 bits, found another");
    }
  }

  private static void require(@Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("expected all members, found one missing");
    }
  }

  @Override
  public String toString() {
    return "a token of gated retrieval";
  }
}
