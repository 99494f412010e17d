package io.filcdn.retrieval.origin;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;

/**
 * A provider that a piece can be fetched from.
 *
 * @param dataSet the data set that its bytes are paid from
 * @param serviceUrl as registered on chain: hostile until checked
 * @param gated whether the data set's payer gated it on chain
 */
public record Origin(ProviderId provider, DataSetId dataSet, String serviceUrl, boolean gated) {}
