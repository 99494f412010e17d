package io.filcdn.stack;

import io.filcdn.common.network.ChainIdQuestion;
import io.filcdn.common.network.Network;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.StackFailure;
import java.net.URI;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** A check of which chain a network's nodes follow, before anything relies on them. */
final class RpcCheck {

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
                .formatted(
                    Network.shown(url), network.chainId(), network.name(), chainId.getAsLong()));
      }
      anyAnswered |= chainId.isPresent();
    }
    if (!anyAnswered) {
      throw new StackFailure(
          "no node of the network %s answers at %s: check rpcUrls in its file, and the connection"
              .formatted(
                  network.name(),
                  network.rpcUrls().stream()
                      .map(Network::shown)
                      .collect(Collectors.joining(", "))));
    }
  }

  private static OptionalLong chainId(URI url, Http http) {
    return http.post(url, ChainIdQuestion.BODY)
        .map(answer -> ChainIdQuestion.read(answer.body()))
        .orElse(OptionalLong.empty());
  }
}
