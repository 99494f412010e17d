package io.filcdn.chain.abi;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A contract's ABI: its events, errors and functions, as far as FilCDN uses them. The constants are
 * read from the JSON files beside this class.
 */
public final class ContractAbi {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Filecoin Warm Storage Service. */
  public static final ContractAbi FWSS = load("FilecoinWarmStorageService");

  public static final ContractAbi STATE_VIEW = load("FilecoinWarmStorageServiceStateView");
  public static final ContractAbi PDP_VERIFIER = load("PDPVerifier");
  public static final ContractAbi SERVICE_PROVIDER_REGISTRY = load("ServiceProviderRegistry");
  public static final ContractAbi FILECOIN_PAY = load("FilecoinPay");
  public static final ContractAbi FIL_BEAM_OPERATOR = load("FilBeamOperator");

  /** FWSS before its renaming, in both of its versions. */
  public static final ContractAbi PANDORA_SERVICE = load("PandoraService");

  /** The PDPVerifier that PandoraService knows, in both of its versions. */
  public static final ContractAbi PANDORA_PDP_VERIFIER = load("PandoraPDPVerifier");

  private final String contract;
  private final List<JsonNode> entries;

  private ContractAbi(String contract, String json) {
    this.contract = contract;
    try {
      this.entries = stream(JSON.readTree(json)).toList();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("expected the ABI of " + contract + " as JSON", e);
    }
  }

  /** The ABI of a contract from a compiler's JSON. */
  public static ContractAbi parse(String contract, String json) {
    return new ContractAbi(contract, json);
  }

  private static ContractAbi load(String contract) {
    String resource = contract + ".json";
    try (InputStream in = ContractAbi.class.getResourceAsStream(resource)) {
      byte[] json = Objects.requireNonNull(in, resource + " is not in the jar").readAllBytes();
      return new ContractAbi(contract, new String(json, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  /** The event of that name. */
  public AbiEvent event(String name) {
    return new AbiEvent(signature(only("event", name)));
  }

  /** The function of that name. */
  public AbiFunction function(String name) {
    return function(only("function", name));
  }

  public List<AbiEvent> events() {
    return of("event").map(json -> new AbiEvent(signature(json))).toList();
  }

  public List<AbiError> errors() {
    return of("error").map(json -> new AbiError(signature(json))).toList();
  }

  public List<AbiFunction> functions() {
    return of("function").map(ContractAbi::function).toList();
  }

  private Stream<JsonNode> of(String kind) {
    return entries.stream().filter(entry -> entry.path("type").asText().equals(kind));
  }

  private JsonNode only(String kind, String name) {
    List<JsonNode> found =
        of(kind).filter(entry -> entry.path("name").asText().equals(name)).toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "expected one %s %s of %s, found %d".formatted(kind, name, contract, found.size()));
    }
    return found.getFirst();
  }

  private static AbiSignature signature(JsonNode json) {
    return new AbiSignature(json.path("name").asText(), parameters(json.path("inputs")));
  }

  private static AbiFunction function(JsonNode json) {
    JsonNode outputs = json.path("outputs");
    boolean isStruct = outputs.size() == 1 && outputs.path(0).path("type").asText().equals("tuple");
    return new AbiFunction(
        signature(json),
        parameters(isStruct ? outputs.path(0).path("components") : outputs),
        isStruct);
  }

  private static List<AbiParameter> parameters(JsonNode list) {
    return stream(list)
        .map(
            json ->
                new AbiParameter(
                    json.path("name").asText(),
                    AbiType.of(type(json)),
                    json.path("indexed").asBoolean()))
        .toList();
  }

  /** The type as signatures spell it: JSON has the members of a struct apart. */
  private static String type(JsonNode json) {
    String type = json.path("type").asText();
    return type.startsWith("tuple")
        ? stream(json.path("components")).map(ContractAbi::type).collect(joining(",", "(", ")"))
            + type.substring("tuple".length())
        : type;
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }
}
