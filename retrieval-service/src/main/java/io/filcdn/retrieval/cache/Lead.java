package io.filcdn.retrieval.cache;

import io.filcdn.retrieval.origin.Origin;
import java.util.List;
import java.util.Optional;

/**
 * What a request brings to a fill.
 *
 * @param origins the providers of its payer that have the piece
 * @param bot the bot that asks, whose fills are billed to nobody
 */
public record Lead(List<Origin> origins, Optional<String> bot) {}
