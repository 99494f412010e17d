package io.filcdn.retrieval.usage;

import io.filcdn.common.lease.QuotaName;

/**
 * A cap on bytes that those of a response count to.
 *
 * @param name of what is left of it
 * @param bytes that it allows
 */
public record Cap(QuotaName name, long bytes) {}
