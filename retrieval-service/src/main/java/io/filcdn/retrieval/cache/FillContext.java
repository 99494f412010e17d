package io.filcdn.retrieval.cache;

import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.usage.FillCharge;
import java.util.List;
import java.util.Optional;

/**
 * The context that a request brings to a fill.
 *
 * @param origins the providers of its payer that have the piece
 * @param bot the bot that asks, whose fills are billed to nobody
 * @param charge to be told what it makes the edge fetch; empty for one that was to be a hit
 */
public record FillContext(
    List<Origin> origins, Optional<String> bot, Optional<FillCharge> charge) {}
