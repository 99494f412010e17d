package io.filcdn.indexer;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.indexer.health.Freshness;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.hint.WebhookSecret;
import io.filcdn.indexer.jobs.PublishingJob;
import io.filcdn.indexer.jobs.ScreeningJob;
import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import io.filcdn.indexer.postgres.ExclusiveSessions;
import io.filcdn.indexer.publish.PublishingSession;
import io.filcdn.indexer.publish.WaitingMessages;
import io.filcdn.indexer.screening.HttpScreener;
import io.filcdn.indexer.screening.ListScreener;
import io.filcdn.indexer.screening.Screener;
import io.filcdn.indexer.screening.Screening;
import io.filcdn.indexer.store.Versions;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.service.schedule.Backoff;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.PreventFurtherStepsException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The beans that the service is made from, besides those of {@link IndexingWiring}: the network
 * that {@code filcdn.network} names, without which it does not start, the time, database sessions,
 * and the jobs beside indexing.
 */
final class Wiring {

  private static final Logger LOG = Logger.getLogger(Wiring.class);
  private static final int EXIT_CODE = 1;

  @Produces
  @Singleton
  Network network(@ConfigProperty(name = "filcdn.network") Optional<Path> file) {
    try {
      Network network = NetworkFile.read(file.orElseThrow(Wiring::notSet));
      LOG.infof("indexing %s (chain %d)", network.name(), network.chainId());
      return network;
    } catch (NetworkFile.BrokenNetworkFileException e) {
      throw new PreventFurtherStepsException(e.getMessage(), EXIT_CODE);
    }
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  WebhookSecret webhookSecret(IndexerConfig config) {
    return new WebhookSecret(config.webhook().header(), config.webhook().secret());
  }

  @Produces
  @Singleton
  Freshness freshness(Progress progress, IndexerConfig config) {
    IndexerConfig.Head head = config.head();
    return new Freshness(progress, new Freshness.Bounds(head.maxLagBlocks(), head.maxAge()));
  }

  @Produces
  @Singleton
  ExclusiveSessions sessions(DataSource database) {
    return new ExclusiveSessions(database, Versions::moveOn);
  }

  @Produces
  @Singleton
  PublishingJob publishing(
      ExclusiveSessions sessions,
      KafkaPublisher kafka,
      Progress progress,
      MeterRegistry metrics,
      IndexerConfig config) {
    IndexerConfig.Publish publish = config.publish();
    return new PublishingJob(
        new OutboxPublisher<>(
            new WaitingMessages(metrics),
            new PublishingSession(sessions.of(Purpose.PUBLISHING)),
            kafka,
            publish.batch(),
            metrics,
            "filcdn.indexer.published"),
        progress,
        publish.poll(),
        backoff(config),
        metrics);
  }

  @Produces
  @Singleton
  ScreeningJob screening(
      ExclusiveSessions sessions, Clock clock, MeterRegistry metrics, IndexerConfig config) {
    IndexerConfig.Screening settings = config.screening();
    List<Screener> screeners =
        Stream.concat(
                settings.list().<Screener>map(ListScreener::new).stream(),
                settings
                    .url()
                    .<Screener>map(
                        url -> new HttpScreener(url, settings.apiKey(), settings.timeout()))
                    .stream())
            .toList();
    Screening screening =
        new Screening(
            sessions.of(Purpose.SCREENING), screeners, settings.every(), settings.batch(), clock);
    return new ScreeningJob(screening, settings.poll(), backoff(config), metrics);
  }

  static Backoff backoff(IndexerConfig config) {
    return new Backoff(config.retry().first(), config.retry().longest());
  }

  private static PreventFurtherStepsException notSet() {
    return new PreventFurtherStepsException(
        "filcdn.network is not set: set FILCDN_NETWORK to the path of a network file like"
            + " deploy/networks/devnet.json",
        EXIT_CODE);
  }
}
