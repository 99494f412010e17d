package io.filcdn.testing.chain;

import io.filcdn.chain.abi.ContractAbi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One of the project's contracts as the build compiled it.
 *
 * @param abi its events, errors and functions
 * @param bytecode what a deployment sends, in hex without 0x, before the constructor's arguments
 * @param runtime what the chain then holds, with zeros at the immutables
 * @param immutables where the constructor writes into the runtime code, in bytes
 */
record CompiledContract(
    String name, ContractAbi abi, String bytecode, String runtime, List<Span> immutables) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  static final List<String> NAMES =
      List.of(
          "DevToken",
          "FilecoinPay",
          "ServiceProviderRegistry",
          "PDPVerifier",
          "FilecoinWarmStorageService",
          "FilecoinWarmStorageServiceStateView",
          "FilBeamOperator",
          "ProviderIdSet",
          "SessionKeyRegistry",
          "Multicall3");

  /** A stretch of bytes. */
  record Span(int start, int length) {}

  /** Reads a contract from this module's jar. */
  static CompiledContract load(String name) {
    String resource = "contracts/" + name + ".json";
    try (InputStream in = CompiledContract.class.getResourceAsStream(resource)) {
      JsonNode json = JSON.readTree(Objects.requireNonNull(in, resource + " is not in the jar"));
      List<Span> immutables = new ArrayList<>();
      for (JsonNode span : json.get("immutables").values()) {
        immutables.add(new Span(span.get(0).asInt(), span.get(1).asInt()));
      }
      return new CompiledContract(
          name,
          ContractAbi.parse(name, json.get("abi").toString()),
          json.get("bytecode").asString(),
          json.get("runtime").asString(),
          List.copyOf(immutables));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  /**
   * True where the code found on a chain, in hex with 0x, is this contract's, whatever its
   * immutables.
   */
  boolean isCode(String found) {
    StringBuilder masked = new StringBuilder(found.substring(2));
    for (Span span : immutables) {
      int from = 2 * span.start();
      int to = from + 2 * span.length();
      if (to > masked.length()) {
        return false;
      }
      masked.replace(from, to, "0".repeat(to - from));
    }
    return masked.toString().equals(runtime);
  }
}
