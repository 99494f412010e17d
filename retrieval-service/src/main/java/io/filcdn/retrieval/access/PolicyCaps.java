package io.filcdn.retrieval.access;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.usage.Cap;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The caps that hold for a request under a policy: the policy's, and that of the token that is
 * shown. A response counts to the day in which it began.
 *
 * @param salts the keys of days' buckets, as far as they are known
 */
record PolicyCaps(Function<LocalDate, Optional<CapSalt>> salts) {

  /**
   * The caps where a data set pays, none for a bot; nothing where a bucket's key is not known yet.
   *
   * @param claims of the token that is shown, where one is, and good
   */
  Optional<List<Cap>> of(
      PolicyRecord policy,
      DataSetId dataSet,
      AccessRequest request,
      Optional<TokenClaims> claims,
      Instant now) {
    Optional<ByteCount> ofToken = claims.flatMap(TokenClaims::most);
    PolicyLimits limits = policy.limits();
    boolean free = request.credential() instanceof Credential.Bot;
    if (free || ofToken.isEmpty() && !limits.hasCaps()) {
      return Optional.of(List.of());
    }
    Caps caps = new Caps(dataSet, LocalDate.ofInstant(now, ZoneOffset.UTC), new ArrayList<>(4));
    limits.bytes().ifPresent(bytes -> caps.add(new CapPeriod.Life(), new CapBearer.All(), bytes));
    limits.bytesPerDay().ifPresent(bytes -> caps.add(new CapBearer.All(), bytes));
    boolean known = true;
    if (limits.bytesPerDayOfKey().isPresent()) {
      known = addOfKey(caps, request.credential(), limits.bytesPerDayOfKey().get());
    }
    if (limits.bytesPerDayOfClient().isPresent()) {
      byte[] network = Prefix.of(request.client()).getFirst().address();
      known &=
          addOfBucket(caps, network, CapBearer.Client::new, limits.bytesPerDayOfClient().get());
    }
    ofToken.ifPresent(
        bytes ->
            caps.all.add(
                new Cap(
                    new CapName.OfToken(
                        request.payer(),
                        request.credential().signed().orElseThrow().token().signed(),
                        bytes,
                        claims.orElseThrow().expires()),
                    bytes.bytes())));
    return known ? Optional.of(List.copyOf(caps.all)) : Optional.empty();
  }

  private boolean addOfKey(Caps caps, Credential credential, ByteCount bytes) {
    return switch (credential) {
      case Credential.Key(var key) -> {
        caps.add(new CapBearer.Key(key.id()), bytes);
        yield true;
      }
      case Credential.Signed(SignedToken token, _) -> {
        byte[] hash = token.signed().hex().getBytes(StandardCharsets.US_ASCII);
        yield addOfBucket(caps, hash, CapBearer.Token::new, bytes);
      }
      // it shows nothing that could be capped
      case Credential.None _, Credential.Bot _, Credential.Gated _, Credential.Unusable _ -> true;
    };
  }

  private boolean addOfBucket(
      Caps caps, byte[] whose, IntFunction<CapBearer> bearer, ByteCount bytes) {
    Optional<CapSalt> salt = salts.apply(caps.day);
    salt.ifPresent(key -> caps.add(bearer.apply(key.bucket(caps.dataSet, whose)), bytes));
    return salt.isPresent();
  }

  /** The caps that were found. */
  private record Caps(DataSetId dataSet, LocalDate day, List<Cap> all) {

    void add(CapBearer bearer, ByteCount bytes) {
      add(new CapPeriod.Day(day), bearer, bytes);
    }

    void add(CapPeriod period, CapBearer bearer, ByteCount bytes) {
      all.add(new Cap(new CapName.OfPolicy(dataSet, bearer, period), bytes.bytes()));
    }
  }
}
