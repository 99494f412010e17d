package io.filcdn.metrics;

import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.metrics.Housekeeping.Chore;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.intake.DataSetIntake;
import io.filcdn.metrics.intake.EgressReader;
import io.filcdn.metrics.intake.FollowerSettings;
import io.filcdn.metrics.intake.JournalGate;
import io.filcdn.metrics.intake.PostgresGaps;
import io.filcdn.metrics.intake.PostgresGaps.OpenGap;
import io.filcdn.metrics.intake.PostgresJournals;
import io.filcdn.metrics.intake.PostgresOffsets;
import io.filcdn.metrics.intake.Refusals;
import io.filcdn.metrics.intake.TopicFollower;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.publish.KafkaPublisher;
import io.filcdn.metrics.publish.Outbox;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.publish.PostgresDeadLetters.Kept;
import io.filcdn.metrics.query.Answers;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.metrics.quota.PostgresLeaseJournals.Holder;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.metrics.quota.Slice;
import io.filcdn.metrics.repair.Checkpoints;
import io.filcdn.metrics.repair.DeadLetterReplay;
import io.filcdn.metrics.repair.EgressArchive;
import io.filcdn.metrics.repair.PostgresCheckpoints;
import io.filcdn.metrics.repair.Rebuild;
import io.filcdn.metrics.store.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * One process of the metrics service, put together from its rooms. Several may run on one database
 * and share the partitions of the topics.
 */
final class MetricsService implements AutoCloseable {

  private static final Duration LONGEST_DEFAULT_WAIT = Duration.ofSeconds(5);

  /** Edges are refused what metrics has not heard of. */
  private static final Duration INDEX_WAIT = Duration.ofMillis(250);

  private static final Duration TEND_EVERY = Duration.ofSeconds(10);

  private final Network network;
  private final MetricsConfig.Metrics config;
  private final Map<String, Object> kafka;
  private final Clock clock;
  private final MeterRegistry registry;
  private final Database database;
  private final PostgresOffsets offsets = new PostgresOffsets();
  private final PostgresOdometers odometers = new PostgresOdometers();
  private final PostgresDataSets dataSets = new PostgresDataSets();
  private final PostgresJournals journals = new PostgresJournals();
  private final PostgresDeadLetters deadLetters = new PostgresDeadLetters();
  private final PostgresGaps gaps = new PostgresGaps();
  private final PostgresAudit audit = new PostgresAudit();
  private final PostgresCheckpoints checkpoints = new PostgresCheckpoints();
  private final PostgresLeases leases = new PostgresLeases();
  private final PostgresLeaseJournals leaseJournals = new PostgresLeaseJournals(leases);
  private final LeaseDesk leaseDesk;
  private final EgressReader reader;
  private final Refusals refusals;
  private final PipelineMetrics metrics;
  private final KafkaPublisher publisher;
  private final UsagePipeline pipeline;
  private final List<TopicFollower> followers;
  private final Housekeeping housekeeping;

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
    refusals = new Refusals(registry);
    metrics = new PipelineMetrics(registry);
    reader = new EgressReader(config.intake().mostPerRecord());
    publisher = new KafkaPublisher(kafka, config.publish().timeout());
    leaseDesk = newLeaseDesk();
    pipeline = newPipeline();
    DataSetIntake index =
        new DataSetIntake(database, dataSets, deadLetters, offsets, refusals, clock);
    followers =
        List.of(
            follower(Topic.EGRESS, "egress", batchWait(), pipeline::apply),
            follower(Topic.DATA_SETS, "data-sets", shorter(batchWait(), INDEX_WAIT), index::apply));
    housekeeping = new Housekeeping(chores());
  }

  private List<Chore> chores() {
    MetricsConfig.Repair repair = config.repair();
    return List.of(
        new Chore(
            "taking a checkpoint",
            new Checkpoints(
                    database, checkpoints, repair.checkpointEvery(), repair.checkpoints(), clock)
                ::takeIfDue),
        new Chore("writing off leases", leaseDesk::writeOff),
        new Chore("comparing leases", this::compareLeases),
        new Chore("forgetting old dead letters", this::forgetDeadLetters));
  }

  private void compareLeases() {
    metrics.record(database.call(leases::totals));
  }

  private void forgetDeadLetters() {
    Instant then = clock.instant().minus(config.repair().keepDeadLetters());
    database.run(connection -> deadLetters.forgetOlderThan(connection, then));
  }

  void start() {
    database.run(connection -> metrics.record(journals.backlog(connection)));
    followers.forEach(TopicFollower::start);
    housekeeping.start(TEND_EVERY);
  }

  /** The threads that read topics. */
  List<TopicFollower> followers() {
    return followers;
  }

  Answers answers() {
    return new Answers(database, dataSets, odometers, terms());
  }

  private QuotaTerms terms() {
    MetricsConfig.Quota quota = config.quota();
    return new QuotaTerms(
        quota.cdnRatePerTib(),
        quota.cacheMissRatePerTib(),
        quota.unfinalLimit(),
        quota.allowanceWithoutRails());
  }

  private LeaseDesk newLeaseDesk() {
    MetricsConfig.Leases rules = config.leases();
    return new LeaseDesk(
        database,
        leases,
        leaseJournals,
        dataSets,
        odometers,
        audit,
        terms(),
        new LeaseDesk.Rules(
            rules.timeToLive(), rules.writeOffAfter(), new Slice(rules.shareInAdvance())),
        clock);
  }

  @Override
  public void close() {
    housekeeping.close();
    followers.forEach(TopicFollower::close);
    publisher.close();
  }

  UsagePipeline pipeline() {
    return pipeline;
  }

  LeaseDesk leaseDesk() {
    return leaseDesk;
  }

  /** At most {@code limit} journals that hold quota, the longest unheard first. */
  List<Holder> holders(int limit) {
    return database.call(connection -> leaseJournals.list(connection, limit));
  }

  Housekeeping housekeeping() {
    return housekeeping;
  }

  /** At most {@code limit} dead letters with ids below {@code before}, the newest first. */
  List<Kept> deadLetters(long before, int limit) {
    return database.call(connection -> deadLetters.list(connection, before, limit));
  }

  DeadLetterReplay replay() {
    return new DeadLetterReplay(database, deadLetters, dataSets, audit, reader, publisher, clock);
  }

  /** At most {@code limit} gaps, the longest known first. */
  List<OpenGap> gaps(int limit) {
    return database.call(connection -> gaps.list(connection, limit));
  }

  Rebuild rebuild() {
    return new Rebuild(
        database,
        checkpoints,
        odometers,
        dataSets,
        deadLetters,
        audit,
        reader,
        new EgressArchive(kafka),
        network,
        clock);
  }

  /** At most {@code limit} decisions, the newest first. */
  List<AuditEntry> audit(int limit) {
    return database.call(connection -> audit.newest(connection, limit));
  }

  private UsagePipeline newPipeline() {
    return new UsagePipeline(
        reader,
        new JournalGate(journals, gaps, reader),
        new Counting.Tables(odometers, leases, deadLetters),
        offsets,
        audit,
        new Outbox(
            database, odometers, deadLetters, publisher, config.publish().maxRecords(), registry),
        database,
        network,
        clock,
        refusals,
        metrics);
  }

  private TopicFollower follower(
      Topic topic, String name, Duration wait, TopicFollower.Step step) {
    MetricsConfig.Intake intake = config.intake();
    return new TopicFollower(
        new FollowerSettings(
            topic.topicName(),
            "filcdn-metrics-" + name,
            intake.maxRecords(),
            Math.toIntExact(intake.maxBytes().asLongValue()),
            wait,
            intake.longestPause()),
        kafka,
        step,
        database,
        offsets,
        registry);
  }

  private Duration batchWait() {
    return config
        .intake()
        .maxWait()
        .orElse(shorter(network.epochDuration(), LONGEST_DEFAULT_WAIT));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
