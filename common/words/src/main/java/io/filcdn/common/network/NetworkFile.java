package io.filcdn.common.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.TokenAmount;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A reader of the JSON file that describes a {@link Network}. Every fault is one sentence that
 * names the file, the field, what was expected there and what was found.
 */
public final class NetworkFile {

  private static final long FOUR_HOURS = 4 * 3600;

  private NetworkFile() {}

  /**
   * Reads a network file.
   *
   * @throws BrokenNetworkFileException where it is missing, is no JSON or lacks something
   */
  public static Network read(Path file) {
    String json;
    try {
      json = Files.readString(file);
    } catch (IOException e) {
      throw new BrokenNetworkFileException(
          "network file %s cannot be read (%s): give the path of a JSON file like deploy/networks/devnet.json"
              .formatted(file, e.getClass().getSimpleName()));
    }
    return parse(file.toString(), json);
  }

  /**
   * Reads a network from JSON text.
   *
   * @param source what to call the text in error messages
   * @throws BrokenNetworkFileException where it is no JSON or lacks something
   */
  public static Network parse(String source, String json) {
    JsonNode root;
    try {
      root = JsonMapper.builder().build().readTree(json);
    } catch (JsonProcessingException e) {
      var where = e.getLocation();
      throw new BrokenNetworkFileException(
          "network file %s is not JSON: line %d, column %d: %s"
              .formatted(
                  source,
                  where.getLineNr(),
                  where.getColumnNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")));
    }
    Field file = new Field(source, "", root);
    if (!root.isObject()) {
      throw file.broken("a JSON object");
    }
    return network(file);
  }

  private static Network network(Field file) {
    Network.Contracts contracts = contracts(file.at("contracts"));
    BlockNumber firstBlock = new BlockNumber(file.at("firstBlock").count(0));
    return new Network(
        file.at("name").text(),
        file.at("chainId").count(),
        rpcUrls(file.at("rpcUrls")),
        Instant.ofEpochMilli(file.at("genesisMs").count()),
        file.at("epochSeconds").seconds(),
        firstBlock,
        file.at("generation").orElse(Generation.FWSS, field -> field.parsed(Generation::of)),
        finality(file.at("finality")),
        contracts,
        operators(file.at("operators"), contracts, firstBlock),
        rates(file.at("rates")),
        new BlockNumber(file.at("countReportsFrom").count(firstBlock.value())),
        file.at("reportEverySeconds").orElse(Duration.ofSeconds(FOUR_HOURS), Field::seconds),
        file.at("settleEverySeconds").orElse(Duration.ofSeconds(FOUR_HOURS), Field::seconds),
        file.at("allowPrivateOrigins").orElse(false, Field::flag));
  }

  private static List<URI> rpcUrls(Field urls) {
    if (!urls.json.isArray() || urls.json.isEmpty()) {
      throw urls.broken("a list of at least one http(s) URL");
    }
    return urls.items().stream().map(url -> url.parsed(NetworkFile::httpUrl)).toList();
  }

  private static URI httpUrl(String text) {
    URI uri = URI.create(text);
    if (uri.getHost() == null || !Set.of("http", "https").contains(uri.getScheme())) {
      throw new IllegalArgumentException("expected an http(s) URL, found \"%s\"".formatted(text));
    }
    return uri;
  }

  private static Network.Finality finality(Field finality) {
    Optional<String> tag =
        finality.at("tag").orElse(Optional.empty(), field -> Optional.of(field.text()));
    if (tag.isPresent() && !Set.of("finalized", "safe").contains(tag.get())) {
      throw finality.at("tag").broken("\"finalized\", \"safe\" or null");
    }
    return new Network.Finality(
        tag, finality.at("fallbackDepth").count(900), finality.at("servingDepth").count(30));
  }

  private static Network.Contracts contracts(Field contracts) {
    return new Network.Contracts(
        contracts.at("pdpVerifier").parsed(Address::of),
        contracts.at("fwss").parsed(Address::of),
        contracts.at("stateView").parsed(Address::of),
        contracts.at("serviceProviderRegistry").parsed(Address::of),
        contracts.at("filecoinPay").parsed(Address::of),
        contracts.at("filBeamOperator").parsed(Address::of),
        contracts.at("token").parsed(Address::of));
  }

  private static List<Network.Operator> operators(
      Field listed, Network.Contracts contracts, BlockNumber firstBlock) {
    if (listed.isAbsent() || listed.json.isEmpty()) {
      return List.of(
          new Network.Operator(contracts.filBeamOperator(), firstBlock, Optional.empty()));
    }
    List<Network.Operator> operators =
        listed.items().stream().map(operator -> operator(operator, firstBlock)).toList();
    if (operators.stream().noneMatch(o -> o.address().equals(contracts.filBeamOperator()))) {
      throw listed.broken("a list that holds contracts.filBeamOperator too");
    }
    return operators;
  }

  private static Network.Operator operator(Field operator, BlockNumber firstBlock) {
    return new Network.Operator(
        operator.at("address").parsed(Address::of),
        new BlockNumber(operator.at("fromBlock").count(firstBlock.value())),
        operator
            .at("toBlock")
            .orElse(Optional.empty(), field -> Optional.of(new BlockNumber(field.count()))));
  }

  private static Network.Rates rates(Field rates) {
    return new Network.Rates(
        rates.at("cdnPerTib").orElse(Network.Rates.USUAL.cdnPerTib(), NetworkFile::rate),
        rates
            .at("cacheMissPerTib")
            .orElse(Network.Rates.USUAL.cacheMissPerTib(), NetworkFile::rate));
  }

  private static TokenAmount rate(Field rate) {
    TokenAmount amount = rate.parsed(TokenAmount::of);
    if (amount.equals(TokenAmount.ZERO)) {
      throw rate.broken("an amount above 0");
    }
    return amount;
  }

  /** A place in the file, which knows its own path for error messages. */
  private record Field(String source, String path, JsonNode json) {

    Field at(String name) {
      return new Field(source, path.isEmpty() ? name : path + "." + name, json.path(name));
    }

    List<Field> items() {
      return java.util.stream.IntStream.range(0, json.size())
          .mapToObj(i -> new Field(source, "%s[%d]".formatted(path, i), json.get(i)))
          .toList();
    }

    boolean isAbsent() {
      return json.isMissingNode() || json.isNull();
    }

    <T> T orElse(T otherwise, Function<Field, T> read) {
      return isAbsent() ? otherwise : read.apply(this);
    }

    String text() {
      if (!json.isTextual() || json.asText().isBlank()) {
        throw broken("a text");
      }
      return json.asText();
    }

    <T> T parsed(Function<String, T> parse) {
      try {
        return parse.apply(text());
      } catch (BrokenNetworkFileException e) {
        throw e;
      } catch (IllegalArgumentException e) {
        throw new BrokenNetworkFileException(
            "network file %s: %s: %s".formatted(source, path, e.getMessage()));
      }
    }

    long count(long otherwise) {
      return isAbsent() ? otherwise : count();
    }

    long count() {
      if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < 0) {
        throw broken("a whole number of at least 0");
      }
      return json.longValue();
    }

    Duration seconds() {
      if (!json.isNumber() || json.decimalValue().movePointRight(3).longValue() <= 0) {
        throw broken("a number of seconds above 0");
      }
      return Duration.ofMillis(json.decimalValue().movePointRight(3).longValue());
    }

    boolean flag() {
      if (!json.isBoolean()) {
        throw broken("true or false");
      }
      return json.booleanValue();
    }

    BrokenNetworkFileException broken(String expected) {
      String found = json.isMissingNode() ? "nothing" : json.toString();
      return new BrokenNetworkFileException(
          "network file %s: %sexpected %s, found %s"
              .formatted(
                  source,
                  path.isEmpty() ? "" : path + ": ",
                  expected,
                  found.length() > 120 ? found.substring(0, 120) + "…" : found));
    }
  }

  /** A network file that cannot be used; the message is one line that says what to change. */
  public static final class BrokenNetworkFileException extends IllegalArgumentException {

    BrokenNetworkFileException(String message) {
      super(message);
    }

    /** The one sentence. */
    @Override
    public String getMessage() {
      return Objects.requireNonNull(super.getMessage());
    }
  }
}
