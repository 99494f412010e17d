package io.filcdn.retrieval.origin;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.wallet.CurioToken;
import io.filcdn.wallet.CurioToken.SignedVoucher;
import io.filcdn.wallet.TypedDomain;
import io.filcdn.wallet.WalletKey;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.jboss.logging.Logger;

/**
 * The proofs that this edge signs by a wallet of its own, its grantee key: for one piece of one
 * data set each, with the voucher by which the data set's payer lets that wallet fetch. The files
 * with key and vouchers may change while the edge runs.
 */
public final class GranteeProofs implements OriginProofs {

  private static final Logger LOG = Logger.getLogger(GranteeProofs.class);

  /** A proof is good for a minute less than it could be, for providers whose clocks are behind. */
  private static final Duration GOOD_FOR = CurioToken.LONGEST_PROOF.minusMinutes(1);

  /** A proof is shown again for so long; what is left then is time to send it. */
  private static final Duration SHOWN_FOR = GOOD_FOR.dividedBy(2);

  private static final BinaryOperator<SignedVoucher> LATEST =
      BinaryOperator.maxBy(Comparator.comparing(GranteeProofs::end));

  private static final int MOST_REMEMBERED = 10_000;

  /** Some 20,000 vouchers, whose signatures take seconds to verify. */
  private static final long MOST_BYTES_OF_FILE = 8 << 20;

  private final Sources sources;
  private final TypedDomain domain;
  private final WorkerExecutor signing;
  private final Clock clock;
  private final Cache<Subject, CurioToken> signed =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(SHOWN_FOR).build();
  private volatile Loaded loaded;

  /**
   * The places of key and vouchers.
   *
   * @param key the file with a private key of secp256k1 in hex
   * @param vouchers the file with a JSON object whose {@code vouchers} is a list of vouchers, as
   *     tokens of gated retrieval have them
   */
  public record Sources(Path key, Path vouchers) {}

  /** The JSON of the file of vouchers. */
  record Vouchers(List<SignedVoucher> vouchers) {

    Vouchers {
      requireNonNull(vouchers, "vouchers is missing");
    }
  }

  /**
   * The files' contents.
   *
   * @param tag by which a change of the files shows
   * @param vouchers for the key's wallet
   * @param wallets of all edges: those that the vouchers are for
   */
  private record Loaded(
      String tag,
      WalletKey key,
      Map<Scope, SignedVoucher> vouchers,
      Map<Scope, Set<Address>> wallets) {}

  /**
   * The scope of a voucher. Anyone can sign one for any number: it counts where the data set is its
   * signer's.
   *
   * @param number of the data set
   * @param signer of the voucher
   */
  private record Scope(String number, Address signer) {

    static Optional<Scope> of(SignedVoucher voucher, TypedDomain domain) {
      return voucher.signer(domain).map(signer -> new Scope(voucher.voucher().scope(), signer));
    }
  }

  /** The subject of a proof, and what it is signed with. */
  private record Subject(WalletKey key, SignedVoucher voucher, DataSetId dataSet, PieceCid piece) {}

  /**
   * @param domain in which vouchers and proofs are signed
   * @param signing where proofs are signed, which takes too long for an event loop
   * @throws IllegalArgumentException where a file cannot be read; the message shows no secret
   */
  public GranteeProofs(Sources sources, TypedDomain domain, WorkerExecutor signing, Clock clock) {
    this.sources = sources;
    this.domain = domain;
    this.signing = signing;
    this.clock = clock;
    try {
      this.loaded = load(tag());
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(trouble(e), e);
    }
  }

  /** Looks at the files again; what cannot be read changes nothing. */
  public void reload() {
    try {
      String tag = tag();
      if (!tag.equals(loaded.tag)) {
        loaded = load(tag);
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.errorf("%s; those before stay in force", trouble(e));
    }
  }

  private String tag() throws IOException {
    StringBuilder tag = new StringBuilder();
    for (Path file : List.of(sources.key, sources.vouchers)) {
      tag.append(Files.getLastModifiedTime(file)).append('/').append(Files.size(file)).append(' ');
    }
    return tag.toString();
  }

  private Loaded load(String tag) throws IOException {
    WalletKey key = WalletKey.of(read(sources.key));
    List<SignedVoucher> all =
        RecordJson.readStrictly(read(sources.vouchers), Vouchers.class).vouchers;
    Map<Scope, SignedVoucher> mine = new HashMap<>();
    Map<Scope, Set<Address>> wallets = new HashMap<>();
    for (SignedVoucher voucher : all) {
      Optional<Scope> scope = Scope.of(voucher, domain);
      if (scope.isEmpty()) {
        LOG.errorf(
            "expected a wallet's signature of the voucher for data set %s, found none: it is left"
                + " out",
            voucher.voucher().scope());
        continue;
      }
      Address wallet = voucher.voucher().grantee();
      wallets.computeIfAbsent(scope.get(), _ -> new HashSet<>()).add(wallet);
      if (wallet.equals(key.address())) {
        mine.merge(scope.get(), voucher, LATEST);
      }
    }
    LOG.infof(
        "this edge shows gated providers proofs of the wallet %s, by vouchers for %d data sets, of"
            + " %d for which edges have some",
        key.address(), mine.size(), wallets.size());
    return new Loaded(tag, key, Map.copyOf(mine), Map.copyOf(wallets));
  }

  private static String number(DataSetId dataSet) {
    return Long.toString(dataSet.number());
  }

  private static BigInteger end(SignedVoucher voucher) {
    return new BigInteger(voucher.voucher().deadline());
  }

  private static String read(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES_OF_FILE) {
      throw new IllegalArgumentException(
          "expected at most %d bytes, found more".formatted(MOST_BYTES_OF_FILE));
    }
    return Files.readString(file);
  }

  private String trouble(Exception e) {
    return "the edge's grantee key cannot be read from %s, or its vouchers from %s: %s"
        .formatted(sources.key, sources.vouchers, e.getMessage());
  }

  @Override
  public Future<Optional<CurioToken>> of(Origin origin, PieceCid piece) {
    Loaded now = loaded;
    Instant end = clock.instant().plus(GOOD_FOR);
    Optional<Subject> subject =
        origin
            .gatedBy()
            .map(payer -> now.vouchers.get(new Scope(number(origin.dataSet()), payer)))
            .filter(voucher -> voucher.isFor(now.key.address(), origin.dataSet(), end))
            .map(voucher -> new Subject(now.key, voucher, origin.dataSet(), piece));
    if (subject.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    CurioToken known = signed.getIfPresent(subject.get());
    return known == null
        ? signing.executeBlocking(() -> Optional.of(sign(subject.get(), end)), false)
        : Future.succeededFuture(Optional.of(known));
  }

  @Override
  public boolean areBy(Address wallet, DataSetId dataSet, Address payer) {
    Loaded now = loaded;
    return wallet.equals(now.key.address())
        || now.wallets.getOrDefault(new Scope(number(dataSet), payer), Set.of()).contains(wallet);
  }

  private CurioToken sign(Subject of, Instant end) {
    CurioToken token = CurioToken.sign(of.key, of.voucher, domain, of.dataSet, of.piece, end);
    signed.put(of, token);
    return token;
  }
}
