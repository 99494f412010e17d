package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.EventLog;
import java.util.Optional;

/** The fold of the registry's events of a provider: the newest one tells. */
final class ProviderFold implements EventLog.Fold {

  /** Longer than any URL that is fetched. */
  private static final int MAX_URL = 2048;

  private final ProviderId id;
  private Optional<String> serviceUrl = Optional.empty();
  private boolean isKnown;
  private boolean removed;

  ProviderFold(ProviderId id) {
    this.id = id;
  }

  @Override
  public Optional<BlockNumber> upTo() {
    return Optional.empty();
  }

  /** Takes the next event that concerns the PDP product. */
  @Override
  public void take(LoggedEvent logged) {
    if (logged.event() instanceof ChainEvent.ProductAdded e) {
      offer(e.serviceUrl());
    } else if (logged.event() instanceof ChainEvent.ProductUpdated e) {
      offer(e.serviceUrl());
    } else if (logged.event() instanceof ChainEvent.ProviderApproved e) {
      offer(e.serviceUrl());
    } else if (logged.event() instanceof ChainEvent.ProductRemoved
        || logged.event() instanceof ChainEvent.ProviderRemoved) {
      removed = true;
    }
  }

  /** The provider as its events tell; empty where it never offered the product. */
  Optional<ProviderRecord> record(AsOf asOf) {
    return isKnown
        ? Optional.of(new ProviderRecord(id, serviceUrl, removed, asOf))
        : Optional.empty();
  }

  private void offer(Optional<String> url) {
    serviceUrl = url.filter(ProviderFold::isText);
    isKnown = true;
    removed = false;
  }

  /** Anyone can register anything: what no database or URL can hold is no URL. */
  private static boolean isText(String url) {
    return !url.isEmpty()
        && url.length() <= MAX_URL
        && url.chars().noneMatch(Character::isISOControl);
  }
}
