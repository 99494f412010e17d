package io.filcdn.metrics.wallets;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.metrics.wallets.ChainCalls.Answer;
import io.filcdn.wallet.WalletSignature;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.web3j.crypto.Hash;

/**
 * The check whether a payer signed something: by his own key, or where the operator lets the chain
 * be asked, by a session key that he authorised in the contracts' {@code SessionKeyRegistry}, or as
 * his wallet says where that is a contract (EIP-1271).
 */
public final class SignatureCheck {

  private static final AbiFunction REGISTRY = AbiFunction.of("sessionKeyRegistry()");
  private static final AbiFunction EXPIRY =
      AbiFunction.of("authorizationExpiry(address,address,bytes32)");
  private static final AbiFunction IS_VALID = AbiFunction.of("isValidSignature(bytes32,bytes)");

  /** The word by which a contract says that a signature is its own: the function's selector. */
  private static final Pattern VALID = Pattern.compile("0x1626ba7e0{56}");

  private static final Pattern WORD = Pattern.compile("0x[0-9a-fA-F]{64}");
  private static final Pattern ADDRESS_WORD = Pattern.compile("0x0{24}[0-9a-fA-F]{40}");
  private static final int ADDRESS_AT = 26;

  /** Signatures of contracts have any form: up to 2,048 bytes. */
  private static final Pattern ANY = Pattern.compile("0x(?:[0-9a-fA-F]{2}){0,2048}");

  /** The time for which it is remembered that a signature was refused. */
  private static final Duration REMEMBERED = Duration.ofSeconds(10);

  private static final int MOST_REMEMBERED = 10_000;
  private static final Duration REGISTRY_HOLDS = Duration.ofMinutes(5);

  private final Optional<ChainCalls> chain;
  private final Address fwss;
  private final Clock clock;

  /** The refusals of what was asked a moment ago. */
  private final Cache<Question, Verdict> refused =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED).build();

  /** What FWSS said of the contract that knows of session keys: an upgrade can change it. */
  private final Cache<Address, Answer> registry =
      Caffeine.newBuilder().maximumSize(1).expireAfterWrite(REGISTRY_HOLDS).build();

  /**
   * @param timeout of a call to one node; empty where the chain is not to be asked
   */
  public SignatureCheck(Network network, Optional<Duration> timeout, Clock clock) {
    this.chain = timeout.map(limit -> new ChainCalls(network.rpcUrls(), limit, clock));
    this.fwss = network.contracts().fwss();
    this.clock = clock;
  }

  /** The end of a check. */
  public sealed interface Verdict {

    /**
     * The payer signed, or who may for him.
     *
     * @param signer the account: the payer's own, but for a session key
     */
    record Signed(By by, Address signer) implements Verdict {}

    /** The text is no signature. */
    record Malformed() implements Verdict {}

    /** Somebody else signed. */
    record Wrong() implements Verdict {}

    /** No node tells now. */
    record Unknown() implements Verdict {}
  }

  /** The kind of key that signed for a payer. */
  public enum By {
    /** The key of the payer's own account. */
    WALLET,
    /** A key that the payer authorised. */
    SESSION_KEY,
    /** The payer, who is a contract, says that the signature is his. */
    CONTRACT
  }

  /**
   * A question to the chain.
   *
   * @param hash of the signature, which can be long, and of what it is of
   */
  private record Question(Address payer, String hash) {

    static Question of(Address payer, byte[] digest, String signature) {
      return new Question(
          payer, Hash.sha3String(HexFormat.of().formatHex(digest) + " " + signature));
    }
  }

  /**
   * Checks a signature.
   *
   * @param digest of what was signed
   * @param permission the hash of the type of what a session key may sign; empty where none may
   * @param known whether the payer is one; strangers have nobody asked for them
   */
  public Verdict check(
      Address payer,
      byte[] digest,
      String signature,
      Optional<byte[]> permission,
      BooleanSupplier known) {
    Optional<WalletSignature> own = WalletSignature.read(signature);
    Optional<Address> signer = own.flatMap(signed -> signed.signer(digest));
    if (signer.equals(Optional.of(payer))) {
      return new Verdict.Signed(By.WALLET, payer);
    }
    Verdict refusal = own.isPresent() ? new Verdict.Wrong() : new Verdict.Malformed();
    if (chain.isEmpty() || !ANY.matcher(signature).matches()) {
      return refusal;
    }
    Question question = Question.of(payer, digest, signature);
    Verdict before = refused.getIfPresent(question);
    if (before != null) {
      return before;
    }
    Verdict told =
        known.getAsBoolean() ? ask(payer, signer, digest, signature, permission, refusal) : refusal;
    if (told instanceof Verdict.Wrong || told instanceof Verdict.Malformed) {
      refused.put(question, told);
    }
    return told;
  }

  private Verdict ask(
      Address payer,
      Optional<Address> signer,
      byte[] digest,
      String signature,
      Optional<byte[]> permission,
      Verdict refusal) {
    Verdict session =
        permission.isPresent() && signer.isPresent()
            ? ofSession(payer, signer.get(), permission.get())
            : new Verdict.Wrong();
    return session instanceof Verdict.Wrong
        ? ofContract(payer, digest, signature, refusal)
        : session;
  }

  private Verdict ofSession(Address payer, Address signer, byte[] permission) {
    return switch (registry(payer)) {
      case Answer.Returned(String data) when ADDRESS_WORD.matcher(data).matches() ->
          ofSession(Address.of("0x" + data.substring(ADDRESS_AT)), payer, signer, permission);
      // contracts without session keys
      case Answer.Returned _, Answer.Refused _ -> new Verdict.Wrong();
      case Answer.Unknown _ -> new Verdict.Unknown();
    };
  }

  private Verdict ofSession(Address contract, Address payer, Address signer, byte[] permission) {
    return switch (call(payer, contract, EXPIRY.call(payer.hex(), signer.hex(), permission))) {
      case Answer.Returned(String data) when WORD.matcher(data).matches() ->
          isGood(new BigInteger(data.substring(2), 16))
              ? new Verdict.Signed(By.SESSION_KEY, signer)
              : new Verdict.Wrong();
      case Answer.Returned _, Answer.Refused _ -> new Verdict.Wrong();
      case Answer.Unknown _ -> new Verdict.Unknown();
    };
  }

  /** By the contract, a key is good in the very second in which it ends. */
  private boolean isGood(BigInteger end) {
    return end.compareTo(BigInteger.valueOf(clock.instant().getEpochSecond())) >= 0;
  }

  /** What FWSS says of the contract that knows of session keys. */
  private Answer registry(Address payer) {
    Answer known = registry.getIfPresent(fwss);
    if (known != null) {
      return known;
    }
    Answer told = call(payer, fwss, REGISTRY.call());
    if (!(told instanceof Answer.Unknown)) {
      registry.put(fwss, told);
    }
    return told;
  }

  private Verdict ofContract(Address payer, byte[] digest, String signature, Verdict refusal) {
    byte[] bytes = HexFormat.of().parseHex(signature, 2, signature.length());
    return switch (call(payer, payer, IS_VALID.call(digest, bytes))) {
      case Answer.Returned(String data) when VALID.matcher(data).matches() ->
          new Verdict.Signed(By.CONTRACT, payer);
      case Answer.Returned _, Answer.Refused _ -> refusal;
      case Answer.Unknown _ -> new Verdict.Unknown();
    };
  }

  private Answer call(Address payer, Address contract, String data) {
    return chain.orElseThrow().call(payer, contract, data);
  }
}
