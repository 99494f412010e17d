package io.filcdn.indexer.logs;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.indexer.chain.RawLog;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of one log in the order of the event's signature, read as the words of the domain.
 * Each reader throws an {@link IllegalArgumentException} or {@link ArithmeticException} where the
 * argument is out of the word's bounds, unless the rest of the log means something without it: then
 * that is noted as the {@link #fault}. For one thread.
 */
final class Arguments {

  private static final String SERVICE_URL = "serviceURL";

  private final Generation generation;
  private final Address emitter;
  private final List<Object> values;
  private Optional<String> fault = Optional.empty();

  private Arguments(Generation generation, Address emitter, List<Object> values) {
    this.generation = generation;
    this.emitter = emitter;
    this.values = values;
  }

  /**
   * Decodes a log.
   *
   * @throws IllegalArgumentException where the log has not the event's form
   */
  static Arguments of(Generation generation, Abi event, RawLog log) {
    return new Arguments(generation, log.address(), event.values(log));
  }

  /** The contract that wrote the log. */
  Address emitter() {
    return emitter;
  }

  DataSetId dataSet(int index) {
    return new DataSetId(generation, number(index));
  }

  /** A provider: by its number, or in pandora by its address. */
  ProviderId provider(int index) {
    return switch (generation) {
      case FWSS -> ProviderId.fwss(number(index));
      case PANDORA -> ProviderId.pandora(address(index));
    };
  }

  PieceId piece(int index) {
    return new PieceId(number(index));
  }

  List<PieceId> pieces(int index) {
    return list(index).stream().map(id -> new PieceId(number(id))).toList();
  }

  RailId rail(int index) {
    return new RailId(number(index));
  }

  /** A rail; the contracts write 0 where there is none. */
  Optional<RailId> railUnlessZero(int index) {
    return Optional.of(rail(index)).filter(rail -> rail.number() != 0);
  }

  /** What of the log cannot be, and is left out; empty where all of it is read. */
  Optional<String> fault() {
    return fault;
  }

  /** Notes what of the log is left out. */
  void leaveOut(String what) {
    fault = fault.or(() -> Optional.of(what));
  }

  /** An epoch; one beyond all clocks, as contracts take it, is the last one that can be told. */
  Epoch epoch(int index) {
    return new Epoch(bounded(index));
  }

  TokenAmount amount(int index) {
    return new TokenAmount((BigInteger) values.get(index));
  }

  /** A number of bytes; what nobody can have served is the largest one that can be told. */
  ByteCount bytes(int index) {
    return new ByteCount(bounded(index));
  }

  BigInteger count(int index) {
    return (BigInteger) values.get(index);
  }

  boolean flag(int index) {
    return (Boolean) values.get(index);
  }

  int small(int index) {
    return Math.toIntExact(number(index));
  }

  Address address(int index) {
    return Address.of((String) values.get(index));
  }

  PieceCid pieceCid(int index) {
    return PieceCid.fromBytes((byte[]) values.get(index));
  }

  /**
   * Keys at {@code keys} with their values at the next index; one without the other is left out.
   */
  Map<String, String> metadata(int keys) {
    Map<String, String> metadata = new LinkedHashMap<>();
    pairs(keys).forEach((key, value) -> metadata.put(key, (String) value));
    return metadata;
  }

  /** The service URL among the capability keys at {@code keys}: raw bytes, read as UTF-8. */
  Optional<String> serviceUrl(int keys) {
    return Optional.ofNullable(pairs(keys).get(SERVICE_URL))
        .map(value -> new String((byte[]) value, StandardCharsets.UTF_8));
  }

  private Map<String, Object> pairs(int keys) {
    List<?> names = list(keys);
    List<?> others = list(keys + 1);
    if (names.size() != others.size()) {
      leaveOut(
          "expected as many values as keys, found %d keys and %d values"
              .formatted(names.size(), others.size()));
    }
    Map<String, Object> pairs = new LinkedHashMap<>();
    for (int i = 0; i < Math.min(names.size(), others.size()); i++) {
      pairs.put((String) names.get(i), others.get(i));
    }
    return pairs;
  }

  private List<?> list(int index) {
    return (List<?>) values.get(index);
  }

  private long bounded(int index) {
    return ((BigInteger) values.get(index)).min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
  }

  private long number(int index) {
    return number(values.get(index));
  }

  private static long number(Object value) {
    return ((BigInteger) value).longValueExact();
  }
}
