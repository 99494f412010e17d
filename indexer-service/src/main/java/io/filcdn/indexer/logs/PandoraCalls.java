package io.filcdn.indexer.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.chain.abi.AbiValues;
import io.filcdn.chain.abi.ContractAbi;
import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.indexer.rpc.ChainNode;
import java.math.BigInteger;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The calls that ask pandora's contracts for what their events do not tell. The state of now is
 * asked, as gateways refuse that of long ago; what is gone by now has no answer, and the event of
 * its removal follows.
 */
record PandoraCalls(Address pdpVerifier, Address service) {

  private static final AbiFunction GET_ROOT_CID =
      ContractAbi.PANDORA_PDP_VERIFIER.function("getRootCid");
  private static final AbiFunction GET_PIECE_CID =
      ContractAbi.PANDORA_PDP_VERIFIER.function("getPieceCid");
  private static final AbiFunction GET_APPROVED_PROVIDER =
      ContractAbi.PANDORA_SERVICE.function("getApprovedProvider");

  /** The call that tells a piece's CID. */
  @FunctionalInterface
  interface CidCall {
    /** Empty where the piece, or its data set, is gone by now. */
    Optional<byte[]> ask(ChainNode node, DataSetId dataSet, PieceId piece);
  }

  /** The CIDs of June 2025's roots. */
  CidCall rootCids() {
    return cids(GET_ROOT_CID);
  }

  /** The CIDs of July 2025's pieces. */
  CidCall pieceCids() {
    return cids(GET_PIECE_CID);
  }

  private CidCall cids(AbiFunction function) {
    return (node, dataSet, piece) ->
        node.call(pdpVerifier, function.call(dataSet.number(), piece.number()))
            .map(answer -> returned(function, answer).bytes("data"))
            .filter(bytes -> bytes.length > 0);
  }

  /**
   * The URL at which an approved provider serves pieces; empty where it is another one, or none, by
   * now.
   */
  Optional<String> serviceUrl(ChainNode node, BigInteger providerId, Address provider) {
    return node.call(service, GET_APPROVED_PROVIDER.call(providerId))
        .map(answer -> returned(GET_APPROVED_PROVIDER, answer))
        .filter(approved -> Address.of(approved.text("owner")).equals(provider))
        .flatMap(
            approved ->
                // v1: where to prove, where to retrieve; v2: one URL, then a peer id
                Stream.of(approved.bytes("pieceRetrievalUrl"), approved.bytes("pdpUrl"))
                    .map(bytes -> new String(bytes, UTF_8))
                    .filter(text -> text.startsWith("http"))
                    .findFirst());
  }

  private static AbiValues returned(AbiFunction function, String answer) {
    return function
        .returned(answer)
        .orElseThrow(() -> new IllegalArgumentException("expected a struct, found " + answer));
  }
}
