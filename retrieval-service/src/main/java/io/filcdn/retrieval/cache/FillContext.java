package io.filcdn.retrieval.cache;

import io.filcdn.common.chain.Address;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.usage.FillCharge;
import java.util.List;
import java.util.Optional;

/**
 * The context that a request brings to a fill.
 *
 * @param payer on whose account it is
 * @param origins the providers of its payer that have the piece
 * @param bot the bot that asks, whose fills are billed to nobody
 * @param charge to be told what it makes the edge fetch; empty for one that was to be a hit
 */
public record FillContext(
    Address payer, List<Origin> origins, Optional<String> bot, Optional<FillCharge> charge) {

  /**
   * The payer whose gate its client has passed, where there is a gate: what the provider of a gated
   * data set supplies is fetched for its payer's clients alone.
   */
  Optional<Address> gate() {
    return origins.stream().anyMatch(origin -> origin.gatedBy().isPresent())
        ? Optional.of(payer)
        : Optional.empty();
  }
}
