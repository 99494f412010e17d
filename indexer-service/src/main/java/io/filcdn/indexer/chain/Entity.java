package io.filcdn.indexer.chain;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;

/**
 * The subject of an event: the thing whose state is folded from its events. Its {@link #key} names
 * it in the event log.
 */
public sealed interface Entity {

  /** The text that names it among all entities. */
  String key();

  /** A data set. */
  record DataSet(DataSetId id) implements Entity {
    @Override
    public String key() {
      return "data-set:" + id;
    }
  }

  /** A piece within a data set. */
  record Piece(DataSetId dataSet, PieceId piece) implements Entity {
    @Override
    public String key() {
      return "piece:" + dataSet + "/" + piece;
    }
  }

  /** A storage provider. */
  record Provider(ProviderId id) implements Entity {
    @Override
    public String key() {
      return "provider:" + id;
    }
  }

  /** A payer. */
  record Payer(Address address) implements Entity {
    @Override
    public String key() {
      return "payer:" + address;
    }
  }

  /**
   * The prefix of the keys of all entities that a topic of the index tells of.
   *
   * @throws IllegalArgumentException where the topic is not one of the index
   */
  static String prefixOf(Topic topic) {
    return switch (topic) {
      case DATA_SETS -> "data-set:";
      case PLACEMENTS -> "piece:";
      case PROVIDERS -> "provider:";
      case PAYERS -> "payer:";
      case TREES,
          KEYS,
          POLICIES,
          SIGHTINGS,
          EGRESS,
          RETRIEVALS,
          USAGE,
          QUOTA,
          CREDITS,
          SETTLEMENT,
          DEAD_LETTERS ->
          throw new IllegalArgumentException("expected a topic of the index, found " + topic);
    };
  }

  /**
   * Reads a {@link #key}.
   *
   * @throws IllegalArgumentException where it is none
   */
  static Entity of(String key) {
    String id = key.substring(key.indexOf(':') + 1);
    return switch (key.substring(0, Math.max(0, key.indexOf(':')))) {
      case "data-set" -> new DataSet(DataSetId.of(id));
      case "piece" -> {
        int slash = id.lastIndexOf('/');
        if (slash < 0) {
          throw new IllegalArgumentException(
              "expected a piece's place like fwss/12/7, found \"%s\"".formatted(id));
        }
        yield new Piece(DataSetId.of(id.substring(0, slash)), PieceId.of(id.substring(slash + 1)));
      }
      case "provider" -> new Provider(ProviderId.of(id));
      case "payer" -> new Payer(Address.of(id));
      default ->
          throw new IllegalArgumentException(
              "expected an entity's key like data-set:fwss/12, found \"%s\"".formatted(key));
    };
  }
}
