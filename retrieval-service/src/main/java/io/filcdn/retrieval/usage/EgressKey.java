package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The key that the bytes of a response are counted under.
 *
 * @param status the class of the response's status, such as {@code 2xx}
 * @param country ISO 3166-1 alpha-2 of the client, {@code ZZ} where unknown
 * @param bot the bot that asked, whose bytes nobody pays for
 * @param key the payer's key that it was asked for with
 */
public record EgressKey(
    DataSetId dataSet,
    CacheOutcome cache,
    String status,
    String country,
    Optional<String> bot,
    Optional<KeyUse> key) {

  /** The quotas that each of the bytes is taken from; none of a bot's. */
  List<QuotaName> quotas() {
    return bot.isPresent() ? List.of() : quotas(dataSet, key);
  }

  /** The quotas that each byte is taken from that a data set pays for, with a key or without. */
  public static List<QuotaName> quotas(DataSetId dataSet, Optional<KeyUse> key) {
    if (key.isEmpty() || key.get().caps().isEmpty()) {
      return List.of(QuotaName.cdn(dataSet));
    }
    List<QuotaName> quotas = new ArrayList<>(4);
    quotas.add(QuotaName.cdn(dataSet));
    for (KeyUse.Cap cap : key.get().caps()) {
      quotas.add(cap.name());
    }
    return quotas;
  }
}
