package io.filcdn.indexer.logs;

import io.filcdn.chain.abi.AbiEvent;
import io.filcdn.chain.abi.AbiValues;
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
 * The arguments of one log by their names in the contract, read as the words of the domain. Each
 * reader throws an {@link IllegalArgumentException} or {@link ArithmeticException} where the
 * argument is out of the word's bounds, unless the rest of the log means something without it: then
 * that is noted as the {@link #fault}. For one thread.
 */
final class EventArguments {

  private static final String SERVICE_URL = "serviceURL";

  private final Generation generation;
  private final Address emitter;
  private final AbiValues values;
  private Optional<String> fault = Optional.empty();

  private EventArguments(Generation generation, Address emitter, AbiValues values) {
    this.generation = generation;
    this.emitter = emitter;
    this.values = values;
  }

  /**
   * Decodes a log.
   *
   * @throws IllegalArgumentException where the log has not the event's form
   */
  static EventArguments of(Generation generation, AbiEvent event, RawLog log) {
    return new EventArguments(generation, log.address(), event.values(log.topics(), log.data()));
  }

  /** The contract that wrote the log. */
  Address emitter() {
    return emitter;
  }

  DataSetId dataSet(String name) {
    return new DataSetId(generation, number(name));
  }

  /** A provider: by its number, or in pandora by its address. */
  ProviderId provider(String name) {
    return switch (generation) {
      case FWSS -> ProviderId.fwss(number(name));
      case PANDORA -> ProviderId.pandora(address(name));
    };
  }

  PieceId piece(String name) {
    return new PieceId(number(name));
  }

  List<PieceId> pieces(String name) {
    return values.list(name).stream().map(id -> new PieceId(number(id))).toList();
  }

  RailId rail(String name) {
    return new RailId(number(name));
  }

  /** A rail; the contracts write 0 where there is none. */
  Optional<RailId> railUnlessZero(String name) {
    return Optional.of(rail(name)).filter(rail -> rail.number() != 0);
  }

  /** The part of the log that cannot be, and is left out; empty where all of it is read. */
  Optional<String> fault() {
    return fault;
  }

  /** Notes what of the log is left out. */
  void leaveOut(String what) {
    fault = fault.or(() -> Optional.of(what));
  }

  /** An epoch; one beyond all clocks, as contracts take it, is the last one that can be told. */
  Epoch epoch(String name) {
    return new Epoch(values.capped(name));
  }

  TokenAmount amount(String name) {
    return new TokenAmount(values.number(name));
  }

  /** A number of bytes; what nobody can have served is the largest one that can be told. */
  ByteCount bytes(String name) {
    return new ByteCount(values.capped(name));
  }

  BigInteger count(String name) {
    return values.number(name);
  }

  boolean flag(String name) {
    return (Boolean) values.get(name);
  }

  int small(String name) {
    return Math.toIntExact(number(name));
  }

  Address address(String name) {
    return Address.of(values.text(name));
  }

  PieceCid pieceCid(String name) {
    return PieceCid.fromBytes((byte[]) values.list(name).getFirst());
  }

  /** Keys with their values; one without the other is left out. */
  Map<String, String> metadata(String keys, String ofKeys) {
    Map<String, String> metadata = new LinkedHashMap<>();
    pairs(keys, ofKeys).forEach((key, value) -> metadata.put(key, (String) value));
    return metadata;
  }

  /** The service URL among capabilities: raw bytes, read as UTF-8. */
  Optional<String> serviceUrl(String keys, String ofKeys) {
    return Optional.ofNullable(pairs(keys, ofKeys).get(SERVICE_URL))
        .map(value -> new String((byte[]) value, StandardCharsets.UTF_8));
  }

  private Map<String, Object> pairs(String keys, String ofKeys) {
    List<?> names = values.list(keys);
    List<?> others = values.list(ofKeys);
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

  private long number(String name) {
    return number(values.get(name));
  }

  private static long number(Object value) {
    return ((BigInteger) value).longValueExact();
  }
}
