package io.filcdn.settlement;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.publish.OutboxPublisher;
import io.filcdn.settlement.signing.SignerException;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** The clockwork: walks the path once an epoch or when asked to, sends events once a second. */
@ApplicationScoped
class Ticks {

  private static final Logger LOG = Logger.getLogger(Ticks.class);

  private final Agenda agenda;
  private final SettlementRun run;
  private final Gauges gauges;
  private final Reconciliation reconciliation;
  private final OutboxPublisher publisher;
  private final Alarms alarms;

  Ticks(
      Agenda agenda,
      SettlementRun run,
      Gauges gauges,
      Reconciliation reconciliation,
      OutboxPublisher publisher,
      Alarms alarms) {
    this.agenda = agenda;
    this.run = run;
    this.gauges = gauges;
    this.reconciliation = reconciliation;
    this.publisher = publisher;
    this.alarms = alarms;
  }

  @Scheduled(
      identity = "settlement",
      every = "1s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void walk() {
    if (!agenda.isTimeToWalk()) {
      return;
    }
    agenda.walking();
    try {
      gauges.active(run.walk());
      reconciliation.runIfTime();
    } catch (NodeException e) {
      gauges.active(false);
      LOG.warnf("the chain cannot be asked now, trying again next epoch: %s", e.getMessage());
    } catch (SignerException e) {
      gauges.active(false);
      alarms.raise(Alarm.SIGNER_UNAVAILABLE, "nothing can be signed now: " + e.getMessage());
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
