package io.filcdn.metrics;

import io.filcdn.common.network.Network;
import io.filcdn.metrics.identity.EdgeListFile;
import io.filcdn.metrics.intake.Authenticity;
import io.filcdn.metrics.intake.EgressOffsets;
import io.filcdn.metrics.intake.EgressReader;
import io.filcdn.metrics.intake.JournalGate;
import io.filcdn.metrics.intake.LostTails;
import io.filcdn.metrics.intake.Refusals;
import io.filcdn.metrics.publish.Outbox;
import io.filcdn.metrics.publish.PostgresWebhookCalls;
import io.filcdn.metrics.publish.Webhooks;
import io.filcdn.metrics.query.Answers;
import io.filcdn.metrics.query.Audits;
import io.filcdn.metrics.query.History;
import io.filcdn.metrics.query.Statements;
import io.filcdn.metrics.quota.Holdings;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.metrics.quota.QuotaWatch;
import io.filcdn.metrics.quota.Slice;
import io.filcdn.metrics.repair.DeadLetterReplay;
import io.filcdn.metrics.repair.EgressArchive;
import io.filcdn.metrics.repair.Rebuild;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.TopicFollower;
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
import javax.sql.DataSource;

/**
 * One process of the metrics service, put together from its rooms. Several may run on one database
 * and share the partitions of the topics.
 */
final class MetricsService implements AutoCloseable {

  private static final Duration TEND_EVERY = Duration.ofSeconds(10);

  private final Network network;
  private final MetricsConfig.Metrics config;
  private final Map<String, Object> kafka;
  private final Clock clock;
  private final MeterRegistry registry;
  private final Tables tables;
  private final EgressReader reader;
  private final EdgeListFile edges;
  private final Authenticity authenticity;
  private final Refusals refusals;
  private final PipelineMetrics metrics;
  private final QuotaTerms terms;
  private final KafkaPublisher publisher;
  private final LeaseDesk leaseDesk;
  private final LostTails lostTails;
  private final History history;
  private final UsagePipeline pipeline;
  private final List<TopicFollower> followers;
  private final List<BackgroundTask> housekeeping;
  private final List<BackgroundTask> calls;
  private final BackgroundThread tending = new BackgroundThread("housekeeping");
  private final BackgroundThread calling = new BackgroundThread("webhooks");

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
    tables = Tables.in(new Database(dataSource), network);
    reader = new EgressReader(config.intake().mostPerRecord());
    edges = edgeList(config.edges());
    registry.gauge("filcdn.edges", edges, e -> e.current().size(clock.instant()));
    registry.gauge("filcdn.edges.list.broken", edges, e -> e.isBroken() ? 1 : 0);
    authenticity =
        new Authenticity(reader, edges, tables.leaseJournals(), tables.approvals(), clock);
    refusals = new Refusals(registry);
    metrics = new PipelineMetrics(registry);
    terms = terms(network, config.quota());
    publisher = KafkaPublisher.to(kafka, "filcdn-metrics", config.publish().timeout());
    leaseDesk = newLeaseDesk();
    lostTails =
        new LostTails(
            tables.database(),
            tables.progress(),
            tables.offsets(),
            new EgressOffsets(kafka),
            tables.audit(),
            config.intake().lostAfter(),
            clock);
    history = new History(tables.database(), tables.series(), clock, Thread::startVirtualThread);
    Optional<Webhooks> webhooks = config.webhooks().url().map(this::webhooks);
    pipeline = newPipeline(webhooks);
    followers =
        new Followers(network, config.intake(), kafka, tables, refusals, clock, registry)
            .all(pipeline);
    housekeeping = new Housekeeping(tables, config, leaseDesk, lostTails, metrics, clock).tasks();
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
        tables.database(),
        tables.leases(),
        tables.leaseJournals(),
        tables.audit(),
        terms,
        new LeaseDesk.Rules(
            rules.timeToLive(), rules.writeOffAfter(), new Slice(rules.shareInAdvance())),
        clock);
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
        tables.database(),
        new PostgresWebhookCalls(),
        new Webhooks.Target(url, secret, hooks.timeout(), hooks.attempts(), hooks.mostWaiting()),
        clock,
        registry);
  }

  private UsagePipeline newPipeline(Optional<Webhooks> webhooks) {
    Outbox outbox =
        new Outbox(
            tables.database(),
            tables.odometers(),
            tables.deadLetters(),
            new QuotaWatch(tables.dataSets(), terms, clock),
            webhooks,
            publisher,
            config.publish().maxRecords(),
            registry);
    return new UsagePipeline(
        authenticity,
        new JournalGate(tables.journals(), tables.gaps(), reader),
        new Holdings.Rules(config.leases().required(), config.leases().allowance().bytes()),
        tables,
        outbox,
        network,
        clock,
        refusals,
        metrics);
  }

  void start() {
    followers.forEach(TopicFollower::start);
    tending.afterEvery(TEND_EVERY, housekeeping);
    calling.afterEvery(TEND_EVERY, calls);
  }

  @Override
  public void close() {
    calling.close();
    tending.close();
    followers.forEach(TopicFollower::close);
    publisher.close();
  }

  Tables tables() {
    return tables;
  }

  /** The threads that read topics. */
  List<TopicFollower> followers() {
    return followers;
  }

  UsagePipeline pipeline() {
    return pipeline;
  }

  LeaseDesk leaseDesk() {
    return leaseDesk;
  }

  /** The check of who is let in to the lease desk. */
  EdgeDoor edgeDoor() {
    return new EdgeDoor(edges, clock);
  }

  /** The search for lost records, by what edges tell of their journals. */
  LostTails lostTails() {
    return lostTails;
  }

  /** Does all housekeeping once. */
  void tend() {
    housekeeping.forEach(BackgroundTask::run);
  }

  Answers answers() {
    return new Answers(tables.database(), tables.dataSets(), tables.odometers(), terms);
  }

  History history() {
    return history;
  }

  Audits audits() {
    return new Audits(
        tables.database(),
        answers(),
        history,
        tables.dataSets(),
        tables.leases(),
        tables.leaseJournals());
  }

  Statements statements() {
    return new Statements(
        tables.database(),
        tables.settlements(),
        tables.placements(),
        tables.retrievals(),
        terms.cacheMissRatePerTib(),
        clock,
        Thread::startVirtualThread);
  }

  DeadLetterReplay replay() {
    return new DeadLetterReplay(
        tables.database(),
        tables.deadLetters(),
        tables.dataSets(),
        tables.audit(),
        tables.approvals(),
        reader,
        publisher,
        clock);
  }

  Rebuild rebuild() {
    return new Rebuild(
        tables.database(),
        tables.checkpoints(),
        tables.odometers(),
        tables.dataSets(),
        tables.deadLetters(),
        tables.audit(),
        tables.offsets(),
        reader,
        authenticity,
        new EgressArchive(kafka),
        network,
        clock);
  }
}
