package io.filcdn.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.network.Network;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.StackFailure;
import java.net.URI;
import java.util.OptionalLong;

/** A check of which chain a network's nodes follow, before anything relies on them. */
final class RpcCheck {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String QUESTION =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[]}";

  private RpcCheck() {}

  /**
   * Passes where one node answers, and none with another chain's id.
   *
   * @throws StackFailure where the services could not work
   */
  static void pass(Network network, Http http) {
    boolean anyAnswered = false;
    for (URI url : network.rpcUrls()) {
      OptionalLong chainId = chainId(url, http);
      if (chainId.isPresent() && chainId.getAsLong() != network.chainId()) {
        throw new StackFailure(
            "the node at %s follows another chain: expected chain id %d (network %s), found %d"
                .formatted(url, network.chainId(), network.name(), chainId.getAsLong()));
      }
      anyAnswered |= chainId.isPresent();
    }
    if (!anyAnswered) {
      throw new StackFailure(
          "no node of the network %s answers at %s: check rpcUrls in its file, and the connection"
              .formatted(network.name(), network.rpcUrls()));
    }
  }

  private static OptionalLong chainId(URI url, Http http) {
    return http.post(url, QUESTION).stream()
        .map(answer -> result(answer.body()))
        .filter(result -> result.matches("0x[0-9a-f]{1,15}"))
        .mapToLong(result -> Long.parseLong(result.substring(2), 16))
        .findFirst();
  }

  private static String result(String body) {
    try {
      return JSON.readTree(body).path("result").asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}
