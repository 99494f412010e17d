package io.filcdn.retrieval;

import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.admission.DenylistRefresh;
import io.filcdn.retrieval.admission.FillLimits;
import io.filcdn.retrieval.admission.TreeLimits;
import io.filcdn.retrieval.admission.WorkLimits;
import io.filcdn.retrieval.connection.ConnectionLimits;
import io.filcdn.retrieval.delivery.SlowClientMonitor;
import io.filcdn.retrieval.origin.HostPatterns;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.origin.PieceHistory;
import io.filcdn.retrieval.origin.PieceProbes;
import io.filcdn.retrieval.origin.ProviderTrees;
import io.filcdn.retrieval.origin.Reach;
import io.filcdn.retrieval.request.ClientReader;
import io.filcdn.retrieval.server.AccessLog;
import io.filcdn.retrieval.stores.Stores;
import io.filcdn.retrieval.usage.LeaseRules;
import io.filcdn.retrieval.usage.UnverifiedBudget;
import io.filcdn.service.start.UnusableSettingException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The configuration in the words of the rooms, which know nothing of where it comes from. */
final class Settings {

  /**
   * A page can ask for so many signed URLs at once; each takes some hundredths of a millisecond.
   */
  private static final int SIGNATURES_PER_CLIENT = 64;

  private static final int SIGNATURES = 64 * SIGNATURES_PER_CLIENT;

  /** Connections for questions, to one provider. */
  private static final int PROBES_OF_PROVIDER = 8;

  private Settings() {}

  static Stores.Rules stores(RetrievalConfig.Edge config) {
    return new Stores.Rules(
        config.data(),
        config.diskReserve().asLongValue(),
        config.name(),
        config.cache().treesSize().asLongValue(),
        config.usage().maxJournalRecords());
  }

  static Admission.Rules admission(RetrievalConfig.Admission config) {
    return new Admission.Rules(
        config.settlementMarginEpochs(),
        config.maxPieceSize().asLongValue(),
        config.serveUnscreened());
  }

  static ClientLimits.Limits limits(RetrievalConfig.Limits config) {
    return new ClientLimits.Limits(
        config.requests(),
        config.requestsPerClient(),
        config.promisedBytesPerClient().asLongValue(),
        config.quotaSharePerClient(),
        widerFactor(config));
  }

  static FillLimits.Limits fills(RetrievalConfig.Limits config) {
    return new FillLimits.Limits(
        config.fillsPerClient(),
        config.fillsPerDataSet(),
        config.unaskedBytesPerClient().asLongValue(),
        config.unaskedBytesPerDataSet().asLongValue(),
        new FillLimits.Shares(
            config.missSharePerClient(),
            config.unaskedSharePerClient(),
            config.unaskedSharePerDataSet()),
        widerFactor(config));
  }

  static WorkLimits.Limits proofs(RetrievalConfig.Limits config) {
    return new WorkLimits.Limits(
        "proofs of small groups", config.proofs(), config.proofsPerClient(), widerFactor(config));
  }

  static WorkLimits.Limits signatures(RetrievalConfig.Limits config) {
    return new WorkLimits.Limits(
        "verified signatures", SIGNATURES, SIGNATURES_PER_CLIENT, widerFactor(config));
  }

  private static int widerFactor(RetrievalConfig.Limits config) {
    if (config.widerFactor() < 1) {
      throw new UnusableSettingException(
          "expected a filcdn.retrieval.limits.wider-factor of 1 or more, found %d"
              .formatted(config.widerFactor()));
    }
    return config.widerFactor();
  }

  static ConnectionLimits connections(RetrievalConfig.Edge config) {
    RetrievalConfig.Limits limits = config.limits();
    return new ConnectionLimits(
        new ConnectionLimits.Bounds(
            limits.connections(),
            limits.connectionsReserved(),
            limits.connectionsPerClient(),
            widerFactor(limits)),
        clients(config.http())::isProxy);
  }

  static ClientReader clients(RetrievalConfig.Http config) {
    return new ClientReader(config.proxies().orElse(List.of()), config.countryHeader());
  }

  static OriginClient.Rules origins(RetrievalConfig.Origin config, boolean allowPrivate) {
    return new OriginClient.Rules(
        config.connectTimeout(),
        config.firstByteTimeout(),
        config.stallTimeout(),
        config.paceBytes().asLongValue(),
        config.longestFill(),
        config.fetchesPerProvider(),
        Reach.of(
            config.ports().orElse(Set.of()),
            config.privateNetworks().orElse(List.of()),
            config.redirectHosts().orElse(Set.of()),
            allowPrivate));
  }

  /** The rules for questions: a few connections to a provider are enough for them. */
  static OriginClient.Rules probing(RetrievalConfig.Origin config, boolean allowPrivate) {
    OriginClient.Rules fetching = origins(config, allowPrivate);
    return new OriginClient.Rules(
        fetching.connect(),
        config.probes().timeout(),
        fetching.stall(),
        fetching.leastBytes(),
        fetching.longest(),
        PROBES_OF_PROVIDER,
        fetching.reach());
  }

  static PieceProbes.Rules probes(RetrievalConfig.Probes config) {
    return new PieceProbes.Rules(
        config.enabled(), config.timeout(), config.remembered(), config.atOnce());
  }

  static ProviderTrees.Rules providerTrees(RetrievalConfig.Origin config) {
    return new ProviderTrees.Rules(
        HostPatterns.of(config.treeHosts().orElse(Set.of())), config.treeTimeout());
  }

  static TreeLimits trees(RetrievalConfig.Limits config) {
    return new TreeLimits(config.treesPerClient(), widerFactor(config), System::nanoTime);
  }

  static PieceHistory.Rules history(RetrievalConfig.Origin config) {
    return new PieceHistory.Rules(config.absence(), config.mismatch());
  }

  static DenylistRefresh.Rules denylist(RetrievalConfig.Denylist config) {
    return new DenylistRefresh.Rules(
        config.refresh(), config.timeout(), config.maxSize().asLongValue(), config.required());
  }

  /**
   * The address where quota is leased; empty where the operator says that none limits what is
   * served.
   */
  static Optional<URI> leaseUrl(RetrievalConfig.Leases config) {
    if (config.url().isPresent() == config.serveWithoutLimit()) {
      throw new UnusableSettingException(
          "expected filcdn.retrieval.leases.url, the address of metrics where this edge leases what"
              + " it may serve, or filcdn.retrieval.leases.serve-without-limit=true, by which it"
              + " serves also what nobody has paid for; found "
              + (config.serveWithoutLimit() ? "both" : "neither"));
    }
    return config.url();
  }

  static AccessLog.Rules accessLog(RetrievalConfig.AccessLog config) {
    // a log of one file would never be cut
    if (config.files() < 2 || config.maxWaiting() < 1) {
      throw new UnusableSettingException(
          "expected filcdn.retrieval.access-log.files of 2 or more and .max-waiting of 1 or more,"
              + " found %d and %d".formatted(config.files(), config.maxWaiting()));
    }
    return new AccessLog.Rules(
        config.format(),
        config.file(),
        config.maxSize().asLongValue(),
        config.files(),
        config.maxWaiting(),
        config.fullAddresses());
  }

  static LeaseRules leases(RetrievalConfig.Leases config) {
    return new LeaseRules(
        config.advance().asLongValue(),
        config.standing().asLongValue(),
        config.idle(),
        config.forget(),
        config.renewEvery());
  }

  static UnverifiedBudget.Limits unverified(RetrievalConfig.Unverified config) {
    return new UnverifiedBudget.Limits(
        config.perDataSet().asLongValue(),
        config.perProviderOfDataSet().asLongValue(),
        config.perProvider().asLongValue(),
        config.refill());
  }

  static SlowClientMonitor.Pace pace(RetrievalConfig.Limits config) {
    return new SlowClientMonitor.Pace(
        config.paceBytes().asLongValue(), config.paceWindow().toMillis());
  }
}
