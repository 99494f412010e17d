package io.filcdn.service.start;

import io.filcdn.common.network.ChainIdQuestion;
import io.filcdn.common.network.Network;
import io.filcdn.service.http.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The chain's nodes, which have to follow the network file's chain. That one answers is not waited
 * for, as a service tells and serves what it knows meanwhile.
 */
final class ChainDependency implements Dependency {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Network network;

  ChainDependency(Network network) {
    this.network = network;
  }

  @Override
  public String text() {
    return "the chain of %s at %s"
        .formatted(
            network.name(),
            network.rpcUrls().stream().map(Network::shown).collect(Collectors.joining(", ")));
  }

  @Override
  public Answer ask() {
    Optional<String> stranger = Optional.empty();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
      for (URI url : network.rpcUrls()) {
        OptionalLong found = chainId(client, url);
        if (found.isPresent() && found.getAsLong() == network.chainId()) {
          return new Answer.Present();
        }
        if (found.isPresent()) {
          stranger = Optional.of("%d from %s".formatted(found.getAsLong(), Network.shown(url)));
        }
      }
    }
    if (stranger.isPresent()) {
      throw new UnusableSettingException(
          "expected chain id %d of network %s, found %s: check rpcUrls in the network file"
              .formatted(network.chainId(), network.name(), stranger.get()));
    }
    return new Answer.Late("no node tells its chain id");
  }

  /** The answer of a node; empty where it says nothing of use. */
  private static OptionalLong chainId(HttpClient client, URI url) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(ChainIdQuestion.BODY))
            .build();
    try {
      return ChainIdQuestion.read(
          WholeAnswer.of(client, request, BodyHandlers.ofString(), LIMIT).body());
    } catch (IOException e) {
      return OptionalLong.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalLong.empty();
    }
  }
}
