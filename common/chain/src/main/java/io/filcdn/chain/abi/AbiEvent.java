package io.filcdn.chain.abi;

import java.util.ArrayList;
import java.util.List;

/**
 * The form of an event.
 *
 * @param topic the hash of its signature, which is the first topic of its logs
 */
public record AbiEvent(AbiSignature signature, String topic) {

  AbiEvent(AbiSignature signature) {
    this(signature, signature.hash());
  }

  public String name() {
    return signature.name();
  }

  /**
   * The values of a log's arguments.
   *
   * @throws IllegalArgumentException where the log has not this form
   */
  public AbiValues values(List<String> topics, String logged) {
    List<AbiParameter> parameters = signature.parameters();
    long indexed = parameters.stream().filter(AbiParameter::indexed).count();
    if (topics.size() != 1 + indexed) {
      throw new IllegalArgumentException(
          "expected %d indexed arguments, found %d".formatted(indexed, topics.size() - 1));
    }
    AbiData data = AbiData.ofHex(logged);
    List<Object> values = new ArrayList<>(parameters.size());
    int topic = 1;
    int at = 0;
    for (AbiParameter parameter : parameters) {
      if (parameter.indexed()) {
        values.add(parameter.type().read(word(topics.get(topic)), 0));
        topic++;
      } else {
        values.add(parameter.type().read(data, at));
        at += parameter.type().headSize();
      }
    }
    return new AbiValues(parameters, values);
  }

  private static AbiData word(String topic) {
    if (topic.length() != 2 + 2 * AbiData.WORD) {
      throw new IllegalArgumentException(
          "expected a topic of %d bytes, found %d characters"
              .formatted(AbiData.WORD, topic.length()));
    }
    return AbiData.ofHex(topic);
  }
}
