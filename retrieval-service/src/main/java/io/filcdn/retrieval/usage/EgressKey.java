package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.DataSetId;
import java.util.Optional;

/**
 * The key that the bytes of a response are counted under.
 *
 * @param status the class of the response's status, such as {@code 2xx}
 * @param country ISO 3166-1 alpha-2 of the client, {@code ZZ} where unknown
 * @param bot the bot that asked, whose bytes nobody pays for
 */
public record EgressKey(
    DataSetId dataSet, CacheOutcome cache, String status, String country, Optional<String> bot) {}
