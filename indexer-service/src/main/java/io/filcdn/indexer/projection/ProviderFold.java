package io.filcdn.indexer.projection;

import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import java.util.List;
import java.util.Optional;

/** The fold of the registry's events of a provider: the newest one tells. */
final class ProviderFold {

  /** Longer than any URL that is fetched. */
  private static final int MAX_URL = 2048;

  private ProviderFold() {}

  /**
   * Folds all events of one provider that concern its PDP product.
   *
   * @param events in the chain's order
   * @return empty where it never offered one
   */
  static Optional<ProviderRecord> fold(ProviderId id, List<LoggedEvent> events, AsOf asOf) {
    Optional<ProviderRecord> state = Optional.empty();
    for (LoggedEvent logged : events) {
      if (logged.event() instanceof ChainEvent.ProductAdded e) {
        state = offered(id, e.serviceUrl(), asOf);
      } else if (logged.event() instanceof ChainEvent.ProductUpdated e) {
        state = offered(id, e.serviceUrl(), asOf);
      } else if (logged.event() instanceof ChainEvent.ProviderApproved e) {
        state = offered(id, e.serviceUrl(), asOf);
      } else if (logged.event() instanceof ChainEvent.ProductRemoved
          || logged.event() instanceof ChainEvent.ProviderRemoved) {
        state = state.map(known -> new ProviderRecord(id, known.serviceUrl(), true, asOf));
      }
    }
    return state;
  }

  private static Optional<ProviderRecord> offered(
      ProviderId id, Optional<String> serviceUrl, AsOf asOf) {
    return Optional.of(
        new ProviderRecord(id, serviceUrl.filter(ProviderFold::isText), false, asOf));
  }

  /** Anyone can register anything: what no database or URL can hold is no URL. */
  private static boolean isText(String url) {
    return !url.isEmpty()
        && url.length() <= MAX_URL
        && url.chars().noneMatch(Character::isISOControl);
  }
}
