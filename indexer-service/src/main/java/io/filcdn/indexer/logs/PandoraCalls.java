package io.filcdn.indexer.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.indexer.rpc.ChainNode;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.FunctionReturnDecoder;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint256;

/**
 * What pandora's contracts must be asked for, as their events do not tell it. The state of now is
 * asked, as gateways refuse that of long ago; what is gone by now has no answer, and the event of
 * its removal follows.
 */
record PandoraCalls(Address pdpVerifier, Address service) {

  private static final List<TypeReference<?>> BYTES_STRUCT =
      List.of(
          new TypeReference<DynamicStruct>(
              false, List.of(TypeReference.create(DynamicBytes.class))) {});

  /** The owner, and two texts or bytes; the times behind them are of no use here. */
  private static final List<TypeReference<?>> PROVIDER_STRUCT =
      List.of(
          new TypeReference<DynamicStruct>(
              false,
              List.of(
                  TypeReference.create(org.web3j.abi.datatypes.Address.class),
                  TypeReference.create(DynamicBytes.class),
                  TypeReference.create(DynamicBytes.class),
                  TypeReference.create(Uint256.class),
                  TypeReference.create(Uint256.class))) {});

  /** The call that tells a piece's CID. */
  @FunctionalInterface
  interface CidOf {
    /** Empty where the piece, or its data set, is gone by now. */
    Optional<byte[]> ask(ChainNode node, DataSetId dataSet, PieceId piece);
  }

  /** The call of that name, {@code getRootCid} or {@code getPieceCid}. */
  CidOf named(String function) {
    return (node, dataSet, piece) ->
        node.call(pdpVerifier, call(function, dataSet.number(), piece.number()))
            .map(answer -> (byte[]) decoded(answer, BYTES_STRUCT).getFirst().getValue())
            .filter(bytes -> bytes.length > 0);
  }

  /** Where an approved provider serves pieces; empty where it is another one, or none, by now. */
  Optional<String> serviceUrl(ChainNode node, BigInteger providerId, Address provider) {
    return node.call(service, call("getApprovedProvider", providerId))
        .map(answer -> decoded(answer, PROVIDER_STRUCT))
        .filter(fields -> Address.of((String) fields.get(0).getValue()).equals(provider))
        .flatMap(
            fields ->
                // v1: where to prove, where to retrieve; v2: one URL, then a peer id
                Stream.of(fields.get(2), fields.get(1))
                    .map(field -> new String((byte[]) field.getValue(), UTF_8))
                    .filter(text -> text.startsWith("http"))
                    .findFirst());
  }

  private static String call(String function, long first, long second) {
    return encoded(function, List.of(uint(first), uint(second)));
  }

  private static String call(String function, BigInteger argument) {
    return encoded(function, List.of(new Uint256(argument)));
  }

  @SuppressWarnings("rawtypes") // web3j's own
  private static String encoded(String function, List<Type> arguments) {
    return FunctionEncoder.encode(new Function(function, arguments, List.of()));
  }

  private static Type<?> uint(long value) {
    return new Uint256(BigInteger.valueOf(value));
  }

  @SuppressWarnings("unchecked") // a struct's value is the list of its fields
  private static List<Type<?>> decoded(String answer, List<TypeReference<?>> struct) {
    var values = FunctionReturnDecoder.decode(answer, org.web3j.abi.Utils.convert(struct));
    if (values.isEmpty()) {
      throw new IllegalArgumentException("expected a struct, found " + answer);
    }
    return (List<Type<?>>) (List<?>) ((DynamicStruct) values.getFirst()).getValue();
  }
}
