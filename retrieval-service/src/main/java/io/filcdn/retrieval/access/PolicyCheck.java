package io.filcdn.retrieval.access;

import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import io.filcdn.retrieval.admission.WorkLimits;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Cap;
import io.filcdn.wallet.CurioToken;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The check of a request against the policies of the data sets that could pay for it: it goes on
 * with those whose policies let it in. Without a policy, a data set is everyone's. A token that is
 * shown has to be good, also where none is needed: it may limit what its bearer gets.
 */
public final class PolicyCheck {

  private static final Logger LOG = Logger.getLogger(PolicyCheck.class);

  private static final Outcome UNAVAILABLE =
      new Outcome.Refused(Problem.of(Refusal.POLICIES_UNAVAILABLE));

  /** The data sets of a payer with the same piece that are looked at; others do not pay. */
  private static final int MOST_PAYERS = 32;

  private final AccessReplica replica;
  private final BooleanSupplier trusted;
  private final Admission admission;
  private final TokenVerifier tokens;
  private final GateCheck gates;
  private final Signatures signatures;
  private final WorkLimits limits;
  private final PolicyCaps caps;
  private final Clock clock;

  /**
   * @param trusted whether the replicas have been told of all policies and gates
   * @param limits of the signatures that are verified at once
   * @param salts the keys of days' buckets, as far as they are known
   */
  public PolicyCheck(
      AccessReplica replica,
      BooleanSupplier trusted,
      Admission admission,
      GateCheck gates,
      Signatures signatures,
      WorkLimits limits,
      Function<LocalDate, Optional<CapSalt>> salts,
      Clock clock) {
    this.caps = new PolicyCaps(salts);
    this.signatures = signatures;
    this.limits = limits;
    this.gates = gates;
    this.replica = replica;
    this.trusted = trusted;
    this.admission = admission;
    this.tokens = new TokenVerifier(clock);
    this.clock = clock;
  }

  /** The outcome of a check. */
  sealed interface Outcome {

    /**
     * The request may go on, unless its key is not good.
     *
     * @param admitted the piece, paid by one of the data sets that let it in
     */
    record Passed(Admitted admitted, Grant grant) implements Outcome {}

    record Refused(Problem problem) implements Outcome {}
  }

  /** The place where signatures are verified, which takes too long for an event loop. */
  public interface Signatures {

    /** Does work elsewhere and goes on, where it was asked, with what came of it, if anything. */
    <T> void verify(Supplier<T> work, Consumer<Optional<T>> then);
  }

  /**
   * The signatures of a request that were verified.
   *
   * @param signed the signed token whose signature is its signer's
   * @param gates what keeps a token of gated retrieval from opening each of some data sets
   */
  private record Judged(
      Optional<TokenVerifier.Pending> signed, Map<DataSetId, Optional<CurioToken.Fault>> gates) {

    static final Judged NOTHING = new Judged(Optional.empty(), Map.of());
  }

  /**
   * Checks, and goes on: at once, or where a signature is to be verified, soon on the same event
   * loop.
   */
  void check(AccessRequest request, Consumer<Outcome> then) {
    if (!trusted.getAsBoolean()) {
      // what is here may be older than what closed a piece
      then.accept(UNAVAILABLE);
      return;
    }
    Optional<Supplier<Judged>> work =
        switch (request.credential()) {
          case Credential.Signed shown ->
              unverified(request, shown).map(token -> () -> judged(token));
          case Credential.Gated(Optional<CurioToken> token) ->
              token
                  .flatMap(shown -> gates.work(request, shown, clock.instant()))
                  .map(faults -> () -> new Judged(Optional.empty(), faults.get()));
          default -> Optional.empty();
        };
    if (work.isEmpty()) {
      then.accept(check(request, Judged.NOTHING));
      return;
    }
    List<Prefix> networks = Prefix.of(request.client());
    Optional<Problem> tooMany = limits.enter(networks);
    if (tooMany.isPresent()) {
      then.accept(new Outcome.Refused(tooMany.get()));
      return;
    }
    signatures.verify(
        work.get(),
        judged -> {
          limits.leave(networks);
          then.accept(judged.map(found -> checkOrRefuse(request, found)).orElse(UNAVAILABLE));
        });
  }

  /** After a wait nobody is behind this who would answer where it fails. */
  private Outcome checkOrRefuse(AccessRequest request, Judged judged) {
    try {
      return check(request, judged);
    } catch (RuntimeException e) {
      LOG.error("the policies cannot be read", e);
      return UNAVAILABLE;
    }
  }

  private Judged judged(TokenVerifier.Pending token) {
    return new Judged(
        Optional.of(token).filter(t -> tokens.verify(t) instanceof TokenVerifier.Outcome.Verified),
        Map.of());
  }

  /** The token that was shown, where all that is wrong of it can be its signature. */
  private Optional<TokenVerifier.Pending> unverified(
      AccessRequest request, Credential.Signed shown) {
    if (tokens.isVerified(shown.token())) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    for (DataSetId dataSet : inOrder(request.admitted())) {
      if (replica.policy(request.payer(), dataSet)
              instanceof PolicyLookup.Known(PolicyRecord policy)
          && tokens.look(shown.token(), policy.delegate())
              instanceof TokenVerifier.Outcome.Unverified(TokenVerifier.Pending pending)
          && forbidden(policy, request, now).isEmpty()
          && pending.claims().refusal(request, now).isEmpty()) {
        return Optional.of(pending);
      }
    }
    return Optional.empty();
  }

  /** Goes through the policies and gates of all data sets that could pay. */
  private Outcome check(AccessRequest request, Judged judged) {
    Instant now = clock.instant();
    List<DataSetId> open = new ArrayList<>(request.admitted().payers().size());
    Grant grant = Grant.PUBLIC;
    Optional<Problem> first = Optional.empty();
    for (DataSetId dataSet : inOrder(request.admitted())) {
      PolicyLookup policy = replica.policy(request.payer(), dataSet);
      boolean gated = admission.isGated(dataSet);
      Finding token = finding(policy, request, judged, now);
      Optional<Problem> problem = token.problem;
      if (problem.isEmpty() && gated) {
        problem = GateCheck.problem(policy, dataSet, request, judged.gates);
      }
      Optional<List<Cap>> held =
          problem.isEmpty() ? capsOf(policy, dataSet, request, token, now) : Optional.empty();
      if (problem.isEmpty() && held.isEmpty()) {
        problem = Optional.of(Problem.of(Refusal.LEASE_DESK_UNREACHABLE));
      }
      if (problem.isEmpty()) {
        open.add(dataSet);
        grant = grant.under(conditions(policy, gated, dataSet, held.orElseThrow()));
      } else if (first.isEmpty()) {
        first = problem;
      }
    }
    if (open.size() == request.admitted().payers().size()) {
      return new Outcome.Passed(request.admitted(), grant);
    }
    Optional<Admitted> paid =
        open.isEmpty() ? Optional.empty() : admission.paidBy(request.admitted(), open);
    return paid.isEmpty()
        ? new Outcome.Refused(first.orElseGet(() -> Problem.of(Refusal.POLICIES_UNAVAILABLE)))
        : new Outcome.Passed(paid.get(), grant);
  }

  /** The one that would pay comes first: what it refuses is what the client is told. */
  private static List<DataSetId> inOrder(Admitted admitted) {
    return admitted.payers().size() == 1
        ? admitted.payers()
        : Stream.concat(Stream.of(admitted.dataSet()), admitted.payers().stream())
            .distinct()
            .limit(MOST_PAYERS)
            .toList();
  }

  private Optional<List<Cap>> capsOf(
      PolicyLookup found, DataSetId dataSet, AccessRequest request, Finding token, Instant now) {
    return found instanceof PolicyLookup.Known(PolicyRecord policy)
        ? caps.of(policy, dataSet, request, token.claims, now)
        : Optional.of(List.of());
  }

  private static Grant conditions(
      PolicyLookup found, boolean gated, DataSetId dataSet, List<Cap> held) {
    return found instanceof PolicyLookup.Known(PolicyRecord policy)
        ? new Grant(
            Optional.empty(),
            held.isEmpty() ? Map.of() : Map.of(dataSet, held),
            !policy.limits().origins().isEmpty(),
            gated || !policy.letsEveryoneIn())
        : new Grant(Optional.empty(), false, gated);
  }

  /**
   * The finding on a request under one policy.
   *
   * @param problem that refuses it
   * @param claims of the token that is shown, where one is, and good
   */
  private record Finding(Optional<Problem> problem, Optional<TokenClaims> claims) {

    static final Finding NOTHING = new Finding(Optional.empty(), Optional.empty());

    static Finding of(Problem problem) {
      return new Finding(Optional.of(problem), Optional.empty());
    }

    static Finding of(Refusal refusal) {
      return of(Problem.of(refusal));
    }
  }

  private Finding finding(PolicyLookup found, AccessRequest request, Judged judged, Instant now) {
    return switch (found) {
      case PolicyLookup.Known(PolicyRecord policy) -> finding(policy, request, judged, now);
      case PolicyLookup.NotUnderstood _ -> Finding.of(Refusal.POLICY_NOT_UNDERSTOOD);
      case PolicyLookup.None _ -> token(request, Optional.empty(), judged, now);
    };
  }

  private Finding finding(PolicyRecord policy, AccessRequest request, Judged judged, Instant now) {
    Optional<Refusal> forbidden = forbidden(policy, request, now);
    if (forbidden.isPresent()) {
      return Finding.of(forbidden.get());
    }
    Finding token = token(request, policy.delegate(), judged, now);
    if (token.problem.isPresent()) {
      return token;
    }
    return switch (policy.access()) {
      case PUBLIC -> token;
      case KEYS ->
          request.credential() instanceof Credential.Key ? token : Finding.of(Refusal.KEY_NEEDED);
      case SIGNED ->
          request.credential() instanceof Credential.Signed
              ? token
              : Finding.of(Refusal.SIGNED_URL_NEEDED);
    };
  }

  private static Optional<Refusal> forbidden(
      PolicyRecord policy, AccessRequest request, Instant now) {
    PolicyLimits limits = policy.limits();
    if (!policy.isInForce(now)) {
      return Optional.of(Refusal.POLICY_NOT_IN_FORCE);
    }
    PieceCid piece = request.admitted().piece();
    if (!limits.pieces().isEmpty()
        && limits.pieces().stream().noneMatch(p -> TokenClaims.names(p, piece))) {
      return Optional.of(Refusal.POLICY_PIECE);
    }
    if (!limits.origins().isEmpty()
        && limits.origins().stream()
            .noneMatch(origin -> request.origin().equals(Optional.of(origin.text())))) {
      return Optional.of(Refusal.POLICY_ORIGIN);
    }
    if (!limits.networks().isEmpty()
        && limits.networks().stream().noneMatch(n -> n.contains(request.client()))) {
      return Optional.of(Refusal.POLICY_NETWORK);
    }
    return Optional.empty();
  }

  /** The token that was shown: its fault, or its claims. */
  private Finding token(
      AccessRequest request, Optional<DelegateKey> delegate, Judged judged, Instant now) {
    return !(request.credential() instanceof Credential.Signed(var token, _))
        ? Finding.NOTHING
        : switch (tokens.look(token, delegate)) {
          case TokenVerifier.Outcome.Refused(TokenVerifier.Fault fault, String detail) ->
              Finding.of(new Problem(refusal(fault), List.of(detail)));
          case TokenVerifier.Outcome.Verified(TokenClaims claims) ->
              finding(claims, claims.refusal(request, now).map(Problem::of));
          case TokenVerifier.Outcome.Unverified(TokenVerifier.Pending pending) ->
              finding(
                  pending.claims(),
                  pending
                      .claims()
                      .refusal(request, now)
                      .map(Problem::of)
                      .or(() -> signature(pending, judged)));
        };
  }

  private static Finding finding(TokenClaims claims, Optional<Problem> problem) {
    return new Finding(problem, problem.isEmpty() ? Optional.of(claims) : Optional.empty());
  }

  /** The fault of a token's signature, which counts only if it was verified for this signer. */
  private static Optional<Problem> signature(TokenVerifier.Pending pending, Judged judged) {
    return judged.signed.filter(known -> known.signer().equals(pending.signer())).isPresent()
        ? Optional.empty()
        : Optional.of(Problem.of(Refusal.SIGNED_TOKEN_SIGNATURE));
  }

  private static Refusal refusal(TokenVerifier.Fault fault) {
    return switch (fault) {
      case MALFORMED -> Refusal.SIGNED_TOKEN_MALFORMED;
      case SIGNER_UNKNOWN -> Refusal.SIGNED_TOKEN_SIGNER;
      case SIGNATURE_WRONG -> Refusal.SIGNED_TOKEN_SIGNATURE;
    };
  }
}
