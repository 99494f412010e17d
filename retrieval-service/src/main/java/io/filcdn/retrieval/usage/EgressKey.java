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
 * @param caps of policies and signed tokens, of which no record tells
 */
public record EgressKey(
    DataSetId dataSet,
    CacheOutcome cache,
    String status,
    String country,
    Optional<String> bot,
    Optional<KeyUse> key,
    List<Cap> caps) {

  /** The quotas that each of the bytes is taken from; none of a bot's. */
  List<QuotaName> quotas() {
    return bot.isPresent() ? List.of() : quotas(dataSet, key, caps);
  }

  /** The quotas that each byte is taken from that a data set pays for, with caps or without. */
  public static List<QuotaName> quotas(DataSetId dataSet, Optional<KeyUse> key, List<Cap> caps) {
    List<Cap> ofKey = key.isEmpty() ? List.of() : key.get().caps();
    if (ofKey.isEmpty() && caps.isEmpty()) {
      return List.of(QuotaName.cdn(dataSet));
    }
    List<QuotaName> quotas = new ArrayList<>(1 + ofKey.size() + caps.size());
    quotas.add(QuotaName.cdn(dataSet));
    for (Cap cap : ofKey) {
      quotas.add(cap.name());
    }
    for (Cap cap : caps) {
      quotas.add(cap.name());
    }
    return quotas;
  }

  /** The same without what records do not tell. */
  EgressKey ofRecord() {
    return caps.isEmpty()
        ? this
        : new EgressKey(dataSet, cache, status, country, bot, key, List.of());
  }
}
