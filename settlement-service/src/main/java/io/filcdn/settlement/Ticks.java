package io.filcdn.settlement;

import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.publish.OutboxPublisher;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** The clockwork: walks the path once an epoch, and sends events once a second. */
@ApplicationScoped
class Ticks {

  private static final Logger LOG = Logger.getLogger(Ticks.class);

  private final Timetable timetable;
  private final SettlementRun run;
  private final Gauges gauges;
  private final OutboxPublisher publisher;

  Ticks(Timetable timetable, SettlementRun run, Gauges gauges, OutboxPublisher publisher) {
    this.timetable = timetable;
    this.run = run;
    this.gauges = gauges;
    this.publisher = publisher;
  }

  @Scheduled(
      identity = "settlement",
      every = "1s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void walk() {
    if (!timetable.isTime(Timetable.Entry.LOOK)) {
      return;
    }
    timetable.done(Timetable.Entry.LOOK);
    try {
      gauges.active(run.walk());
    } catch (NodeException e) {
      gauges.active(false);
      LOG.warnf("the chain cannot be asked now, trying again next epoch: %s", e.getMessage());
    }
    gauges.sample();
  }

  @Scheduled(
      identity = "outbox",
      every = "1s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void publish() {
    publisher.publish();
  }
}
