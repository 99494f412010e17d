package io.filcdn.retrieval.access;

import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.origin.OriginProofs;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.wallet.CurioToken;
import io.filcdn.wallet.TypedDomain;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The check of requests for pieces of gated data sets, which their payers gated on chain.
 *
 * @param domain for which tokens have to be signed
 * @param proofs that edges show providers, which open no gate here
 */
public record GateCheck(Admission admission, TypedDomain domain, OriginProofs proofs) {

  /**
   * The work of trying a token at the gates of a request's data sets; none where none is gated. It
   * takes too long for an event loop.
   */
  Optional<Supplier<Map<DataSetId, Optional<CurioToken.Fault>>>> work(
      AccessRequest request, CurioToken token, Instant now) {
    List<DataSetId> gated =
        request.admitted().payers().stream().filter(admission::isGated).toList();
    return gated.isEmpty()
        ? Optional.empty()
        : Optional.of(
            () ->
                gated.stream()
                    .collect(
                        Collectors.toMap(
                            Function.identity(), set -> fault(request, token, set, now))));
  }

  private Optional<CurioToken.Fault> fault(
      AccessRequest request, CurioToken token, DataSetId dataSet, Instant now) {
    return token.fault(
        domain,
        dataSet,
        request.payer(),
        request.admitted().piece(),
        now,
        wallet -> proofs.areBy(wallet, dataSet, request.payer()));
  }

  /**
   * The reason that a gate stays closed to a request. A policy that asks for a key or a signed URL
   * is its payer's word, and opens the gate to who has that.
   *
   * @param faults of the token that was shown, where it was tried
   */
  static Optional<Problem> problem(
      PolicyLookup found,
      DataSetId dataSet,
      AccessRequest request,
      Map<DataSetId, Optional<CurioToken.Fault>> faults) {
    if (found instanceof PolicyLookup.Known(PolicyRecord policy)
        && policy.access() != PolicyAccess.PUBLIC) {
      return Optional.empty();
    }
    return switch (request.credential()) {
      case Credential.Gated(Optional<CurioToken> token) when token.isPresent() ->
          faults
              // one that has become gated meanwhile was not tried
              .getOrDefault(dataSet, Optional.of(CurioToken.Fault.SCOPE))
              .map(fault -> new Problem(Refusal.GATED_PROOF_WRONG, List.of(detail(fault))));
      case Credential.Gated _ ->
          Optional.of(
              new Problem(
                  Refusal.GATED_PROOF_WRONG,
                  List.of("expected a token of CurioRetrieval, found what is none")));
      default -> Optional.of(Problem.of(Refusal.GATED_PROOF_NEEDED));
    };
  }

  private static String detail(CurioToken.Fault fault) {
    return switch (fault) {
      case RESOURCE -> "expected a proof for this PieceCID, found one for another";
      case SCOPE -> "expected proof and voucher for this data set, found one for another";
      case TIME -> "expected a proof for the next five minutes at most and a voucher that is good";
      case SIGNATURE -> "expected the payer's signature, or that of whom his voucher names";
      case SIGNER -> "expected a client's signature, found that of an edge, which is for providers";
    };
  }
}
