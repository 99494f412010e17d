package io.filcdn.metrics;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.network.Network;
import io.filcdn.metrics.accounts.Accounts;
import io.filcdn.metrics.accounts.KeyDesk;
import io.filcdn.metrics.accounts.SignIn;
import io.filcdn.metrics.counting.PipelineMetrics;
import io.filcdn.metrics.counting.UsageCounter;
import io.filcdn.metrics.credits.Credits;
import io.filcdn.metrics.housekeeping.Housekeeping;
import io.filcdn.metrics.identity.EdgeAuthentication;
import io.filcdn.metrics.identity.EdgeListFile;
import io.filcdn.metrics.intake.DeadLetterReporter;
import io.filcdn.metrics.intake.EgressOffsets;
import io.filcdn.metrics.intake.EgressParser;
import io.filcdn.metrics.intake.JournalGate;
import io.filcdn.metrics.intake.LostRecordDetector;
import io.filcdn.metrics.intake.PostgresOffsets;
import io.filcdn.metrics.intake.RecordAuthentication;
import io.filcdn.metrics.intake.TopicFollowers;
import io.filcdn.metrics.policies.PolicyDesk;
import io.filcdn.metrics.publish.Outbox;
import io.filcdn.metrics.publish.PostgresWebhookCalls;
import io.filcdn.metrics.publish.Webhooks;
import io.filcdn.metrics.query.DataSetAudits;
import io.filcdn.metrics.query.History;
import io.filcdn.metrics.query.Statements;
import io.filcdn.metrics.query.UsageQueries;
import io.filcdn.metrics.quota.Holdings;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.LeaseSize;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.metrics.quota.QuotaThresholdMonitor;
import io.filcdn.metrics.repair.Checkpoints;
import io.filcdn.metrics.repair.DeadLetterReplay;
import io.filcdn.metrics.repair.EgressArchive;
import io.filcdn.metrics.repair.GapAcceptance;
import io.filcdn.metrics.repair.Rebuild;
import io.filcdn.metrics.statement.PostgresSettlements;
import io.filcdn.metrics.wallets.SignatureCheck;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.schedule.BackgroundTask;
import io.filcdn.service.schedule.BackgroundThread;
import io.filcdn.service.start.UnusableSettingException;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * One process of the metrics service, put together from its rooms. Several may run on one database
 * and share the partitions of the topics.
 */
final class MetricsService implements AutoCloseable {

  private static final Duration TEND_EVERY = Duration.ofSeconds(10);
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);
  private static final Pattern DOMAIN = Pattern.compile("[^\\s/?#]{1,255}");

  private final Network network;
  private final MetricsConfig.Metrics config;
  private final Map<String, Object> kafka;
  private final Clock clock;
  private final MeterRegistry registry;
  private final Database database;
  private final PostgresOffsets offsets = new PostgresOffsets();
  private final EgressParser parser;
  private final EdgeListFile edges;
  private final RecordAuthentication authentication;
  private final JournalGate gate;
  private final UsageCounter counter;
  private final QuotaTerms terms;
  private final KafkaPublisher publisher;
  private final LeaseDesk leaseDesk;
  private final LostRecordDetector lostRecords;
  private final History history;
  private final Accounts accounts;
  private final PolicyDesk policies;
  private final Credits credits;
  private final UsagePipeline pipeline;
  private final TopicFollowers followers;
  private final List<BackgroundTask> housekeeping;
  private final List<BackgroundTask> calls;
  private final BackgroundThread tending = new BackgroundThread("housekeeping");
  private final BackgroundThread calling = new BackgroundThread("webhooks");
  private final BackgroundThread telling = new BackgroundThread("keys-and-policies");
  private final BackgroundThread passing = new BackgroundThread("credits");

  /**
   * @param kafka how to reach the brokers
   */
  MetricsService(
      Network network,
      MetricsConfig.Metrics config,
      DataSource dataSource,
      Map<String, Object> kafka,
      Clock clock,
      MeterRegistry registry) {
    this.network = network;
    this.config = config;
    this.kafka = kafka;
    this.clock = clock;
    this.registry = registry;
    database = new Database(dataSource);
    parser = new EgressParser(config.intake().mostPerRecord());
    edges = edgeList(config.edges());
    registry.gauge("filcdn.edges", edges, e -> e.current().size(clock.instant()));
    registry.gauge("filcdn.edges.list.broken", edges, e -> e.isBroken() ? 1 : 0);
    authentication = new RecordAuthentication(parser, edges, clock);
    gate = new JournalGate(parser);
    counter = newUsageCounter();
    terms = terms(network, config.quota());
    publisher = KafkaPublisher.to(kafka, "filcdn-metrics", config.publish().timeout());
    leaseDesk = newLeaseDesk();
    lostRecords =
        new LostRecordDetector(
            database, offsets, new EgressOffsets(kafka), config.intake().lostAfter(), clock);
    history = new History(database, clock, Thread::startVirtualThread);
    SignatureCheck signatures =
        new SignatureCheck(
            network,
            Optional.of(config.wallets().chainTimeout()).filter(_ -> config.wallets().askChain()),
            clock);
    accounts = newAccounts(signatures);
    policies =
        new PolicyDesk(
            database,
            network,
            signatures,
            publisher,
            new PolicyDesk.Telling(
                config.publish().maxRecords(), config.publish().timeout().multipliedBy(2)),
            clock,
            registry);
    credits = newCredits();
    Optional<Webhooks> webhooks = config.webhooks().url().map(this::webhooks);
    PipelineMetrics metrics = new PipelineMetrics(registry);
    DeadLetterReporter reporter = new DeadLetterReporter(registry);
    pipeline =
        new UsagePipeline(
            authentication, gate, counter, offsets, newOutbox(webhooks), reporter, metrics);
    followers = newFollowers(reporter);
    housekeeping =
        Stream.of(newHousekeeping(metrics).tasks(), accounts.housekeeping(), credits.housekeeping())
            .flatMap(List::stream)
            .toList();
    calls =
        webhooks.stream().map(w -> new BackgroundTask("calling a webhook", w::callDue)).toList();
  }

  /** A broken list ends the start with its message. */
  private static EdgeListFile edgeList(MetricsConfig.Edges config) {
    try {
      return new EdgeListFile(config.list(), System::nanoTime);
    } catch (IllegalArgumentException e) {
      throw new UnusableSettingException(String.valueOf(e.getMessage()));
    }
  }

  static QuotaTerms terms(Network network, MetricsConfig.Quota quota) {
    return new QuotaTerms(
        quota.cdnRatePerTib().orElse(network.rates().cdnPerTib()),
        quota.cacheMissRatePerTib().orElse(network.rates().cacheMissPerTib()),
        quota.unfinalLimit(),
        quota.allowanceWithoutRails());
  }

  private LeaseDesk newLeaseDesk() {
    MetricsConfig.Leases rules = config.leases();
    return new LeaseDesk(
        database,
        terms,
        new LeaseDesk.Rules(
            rules.timeToLive(), rules.writeOffAfter(), new LeaseSize(rules.shareInAdvance())),
        clock);
  }

  private Accounts newAccounts(SignatureCheck signatures) {
    MetricsConfig.Accounts rules = config.accounts();
    if (rules.domain().filter(domain -> !DOMAIN.matcher(domain).matches()).isPresent()) {
      throw new UnusableSettingException(
          "expected filcdn.metrics.accounts.domain as a host with or without a port, found \"%s\""
              .formatted(rules.domain().get()));
    }
    return new Accounts(
        database,
        signatures,
        new Accounts.Rules(
            new SignIn.Rules(
                rules.domain(),
                network.chainId(),
                rules.nonceLifetime(),
                rules.sessionLifetime(),
                rules.signInsPerPayer(),
                rules.sessionsPerPayer()),
            new KeyDesk.Rules(
                AccessKey.networkOf(network.name()), rules.keysPerPayer(), rules.keepEnded()),
            rules.attemptsPerMinute(),
            config.publish().maxRecords(),
            config.publish().timeout().multipliedBy(2)),
        publisher,
        clock,
        registry);
  }

  private Credits newCredits() {
    MetricsConfig.Credits rules = config.credits();
    return new Credits(
        database,
        new Credits.Rules(
            AccessKey.networkOf(network.name()),
            network.epochDuration().multipliedBy(network.finality().fallbackDepth()),
            rules.longestReservation(),
            rules.keepClosed(),
            rules.bookEvery(),
            config.publish().maxRecords()),
        usageQueries(),
        publisher,
        clock,
        registry);
  }

  private Webhooks webhooks(URI url) {
    MetricsConfig.Webhooks hooks = config.webhooks();
    String secret =
        hooks
            .secret()
            .orElseThrow(
                () ->
                    new UnusableSettingException(
                        "expected filcdn.metrics.webhooks.secret next to its url, found none"));
    return new Webhooks(
        database,
        new PostgresWebhookCalls(),
        new Webhooks.Target(url, secret, hooks.timeout(), hooks.attempts(), hooks.mostWaiting()),
        clock,
        registry);
  }

  private UsageCounter newUsageCounter() {
    MetricsConfig.Leases rules = config.leases();
    return new UsageCounter(
        database, network, new Holdings.Rules(rules.required(), rules.allowance().bytes()), clock);
  }

  private Outbox newOutbox(Optional<Webhooks> webhooks) {
    return new Outbox(
        database,
        new QuotaThresholdMonitor(terms, clock),
        webhooks,
        publisher,
        config.publish().maxRecords(),
        registry);
  }

  private TopicFollowers newFollowers(DeadLetterReporter reporter) {
    MetricsConfig.Intake intake = config.intake();
    return new TopicFollowers(
        pipeline,
        new TopicFollowers.Limits(
            intake.maxRecords(),
            Math.toIntExact(intake.maxBytes().asLongValue()),
            intake.maxWait(),
            intake.longestPause()),
        network,
        new TopicFollowers.Source(kafka, database, offsets),
        reporter,
        clock,
        registry);
  }

  private Housekeeping newHousekeeping(PipelineMetrics metrics) {
    MetricsConfig.Series series = config.series();
    MetricsConfig.Repair repair = config.repair();
    return new Housekeeping(
        database,
        new Housekeeping.Retention(series.keepHours(), series.keepDays(), repair.keepDeadLetters()),
        new Checkpoints(database, repair.checkpointEvery(), repair.checkpoints(), clock),
        leaseDesk,
        lostRecords,
        metrics,
        clock);
  }

  void start() {
    followers.start();
    tending.afterEvery(TEND_EVERY, housekeeping);
    calling.afterEvery(TEND_EVERY, calls);
    telling.every(TELL_EVERY, "telling of keys", accounts::publish);
    telling.every(TELL_EVERY, "telling of policies", policies::publish);
    passing.every(TELL_EVERY, "ending and telling of reservations", credits::passTimeAndPublish);
  }

  @Override
  public void close() {
    passing.close();
    telling.close();
    calling.close();
    tending.close();
    followers.close();
    publisher.close();
  }

  /** The threads that read topics. */
  TopicFollowers followers() {
    return followers;
  }

  UsagePipeline pipeline() {
    return pipeline;
  }

  LeaseDesk leaseDesk() {
    return leaseDesk;
  }

  Accounts accounts() {
    return accounts;
  }

  PolicyDesk policies() {
    return policies;
  }

  Credits credits() {
    return credits;
  }

  /** The check of which edge asks the lease desk. */
  EdgeAuthentication edgeAuthentication() {
    return new EdgeAuthentication(edges, clock);
  }

  /** The search for lost records, by what edges tell of their journals. */
  LostRecordDetector lostRecordDetector() {
    return lostRecords;
  }

  /** Does all housekeeping once. */
  void tend() {
    housekeeping.forEach(BackgroundTask::run);
  }

  UsageQueries usageQueries() {
    return new UsageQueries(database, terms);
  }

  History history() {
    return history;
  }

  DataSetAudits dataSetAudits() {
    return new DataSetAudits(database, usageQueries(), history);
  }

  Statements statements() {
    return new Statements(
        database,
        new PostgresSettlements(network),
        terms.cacheMissRatePerTib(),
        clock,
        Thread::startVirtualThread);
  }

  DeadLetterReplay replay() {
    return new DeadLetterReplay(database, parser, publisher, clock);
  }

  GapAcceptance gapAcceptance() {
    return new GapAcceptance(counter, gate, clock);
  }

  Rebuild rebuild() {
    return new Rebuild(
        database, offsets, parser, authentication, new EgressArchive(kafka), network, clock);
  }
}
