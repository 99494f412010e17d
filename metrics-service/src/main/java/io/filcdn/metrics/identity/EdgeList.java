package io.filcdn.metrics.identity;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toUnmodifiableMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.filcdn.common.identity.EdgeKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The operator's list of edges: the public keys of each, with the time in which they are good. An
 * edge may have several at once, so that one follows another without a pause.
 */
public final class EdgeList {

  /** Strict: a misspelt field could leave a key good that was to be revoked. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** No edge: nobody's word counts. */
  public static final EdgeList NONE = new EdgeList(List.of());

  private final Map<String, List<Entry>> entries;

  private EdgeList(List<Entry> entries) {
    this.entries =
        entries.stream().collect(groupingBy(Entry::edge)).entrySet().stream()
            .collect(toUnmodifiableMap(Map.Entry::getKey, e -> List.copyOf(e.getValue())));
  }

  /**
   * A key of an edge.
   *
   * @param revoked why it is good no more, whatever its time
   */
  private record Entry(
      String edge,
      EdgeKey key,
      Optional<Instant> validFrom,
      Optional<Instant> validUntil,
      Optional<String> revoked) {

    boolean isGood(Instant now) {
      return revoked.isEmpty()
          && validFrom.filter(now::isBefore).isEmpty()
          && validUntil.filter(end -> !now.isBefore(end)).isEmpty();
    }
  }

  /** An entry as it is written. */
  private record Line(
      @Nullable String edge,
      @Nullable String publicKey,
      Optional<Instant> validFrom,
      Optional<Instant> validUntil,
      Optional<String> revoked) {

    Entry entry() {
      return new Entry(
          requireNonNull(edge, "edge is missing"),
          EdgeKey.of(requireNonNull(publicKey, "publicKey is missing")),
          validFrom,
          validUntil,
          revoked);
    }
  }

  /**
   * Reads a list: a JSON array of {@code edge} and {@code publicKey}, with {@code validFrom},
   * {@code validUntil} (ISO 8601) and {@code revoked} (why) where they apply.
   *
   * @throws IllegalArgumentException where it is none; the message is one line
   */
  public static EdgeList read(String json) {
    try {
      List<Line> lines = JSON.readValue(json, new TypeReference<>() {});
      requireNonNull(lines, "null");
      return new EdgeList(lines.stream().map(Line::entry).toList());
    } catch (JsonProcessingException | NullPointerException e) {
      throw new IllegalArgumentException(
          "expected a JSON array of edges with their publicKey, found: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("nothing"),
          e);
    }
  }

  /** The number of edges that have a good key. */
  public long size(Instant now) {
    return entries.values().stream()
        .filter(keys -> keys.stream().anyMatch(k -> k.isGood(now)))
        .count();
  }

  /** The reason that something is not an edge's word; nothing where it is. */
  public Optional<AuthenticationFailure> verify(
      String edge, byte[] message, @Nullable String signature, Instant now) {
    List<Entry> keys = entries.getOrDefault(edge, List.of());
    if (keys.isEmpty()) {
      return Optional.of(AuthenticationFailure.UNKNOWN_EDGE);
    }
    if (signature == null) {
      return Optional.of(AuthenticationFailure.UNSIGNED);
    }
    Function<Boolean, Boolean> signedByOne =
        good ->
            keys.stream()
                .filter(entry -> entry.isGood(now) == good)
                .anyMatch(entry -> entry.key.signed(message, signature));
    if (signedByOne.apply(true)) {
      return Optional.empty();
    }
    return Optional.of(
        signedByOne.apply(false)
            ? AuthenticationFailure.KEY_NOT_VALID
            : AuthenticationFailure.BAD_SIGNATURE);
  }
}
