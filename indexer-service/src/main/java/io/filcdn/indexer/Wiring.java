package io.filcdn.indexer;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.indexer.hint.WebhookSecret;
import io.quarkus.runtime.PreventFurtherStepsException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The beans that the service is made from: the network that {@code filcdn.network} names, without
 * which it does not start, the time, and the secret of webhooks.
 */
final class Wiring {

  private static final int EXIT_CODE = 1;

  @Produces
  @Singleton
  Network network(@ConfigProperty(name = "filcdn.network") Optional<Path> file) {
    try {
      return NetworkFile.read(file.orElseThrow(Wiring::notSet));
    } catch (NetworkFile.BrokenNetworkFileException e) {
      throw new PreventFurtherStepsException(e.getMessage(), EXIT_CODE);
    }
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  WebhookSecret webhookSecret(IndexerConfig config) {
    return new WebhookSecret(config.webhook().header(), config.webhook().secret());
  }

  private static PreventFurtherStepsException notSet() {
    return new PreventFurtherStepsException(
        "filcdn.network is not set: set FILCDN_NETWORK to the path of a network file like"
            + " deploy/networks/devnet.json",
        EXIT_CODE);
  }
}
