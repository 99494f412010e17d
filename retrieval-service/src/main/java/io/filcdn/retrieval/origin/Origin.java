package io.filcdn.retrieval.origin;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import java.util.Optional;

/**
 * A provider that a piece can be fetched from.
 *
 * @param dataSet the data set that its bytes are paid from
 * @param serviceUrl as registered on chain: hostile until checked
 * @param gatedBy the data set's payer, where he gated it on chain
 */
public record Origin(
    ProviderId provider, DataSetId dataSet, String serviceUrl, Optional<Address> gatedBy) {}
