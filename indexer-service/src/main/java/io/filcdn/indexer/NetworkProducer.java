package io.filcdn.indexer;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.Generation;
import io.quarkus.runtime.PreventFurtherStepsException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Gives the network that {@code filcdn.network} names; without one the service does not start. */
final class NetworkProducer {

  private static final int EXIT_CODE = 1;

  @Produces
  @Singleton
  Network network(@ConfigProperty(name = "filcdn.network") Optional<Path> file) {
    Network network;
    try {
      network = NetworkFile.read(file.orElseThrow(NetworkProducer::notSet));
    } catch (NetworkFile.BrokenNetworkFileException e) {
      throw new PreventFurtherStepsException(e.getMessage(), EXIT_CODE);
    }
    if (network.generation() != Generation.FWSS) {
      throw new PreventFurtherStepsException(
          "network file %s: generation: expected \"fwss\", found \"%s\", which this version does not index"
              .formatted(file.get(), network.generation()),
          EXIT_CODE);
    }
    return network;
  }

  private static PreventFurtherStepsException notSet() {
    return new PreventFurtherStepsException(
        "filcdn.network is not set: set FILCDN_NETWORK to the path of a network file like"
            + " deploy/networks/devnet.json",
        EXIT_CODE);
  }
}
