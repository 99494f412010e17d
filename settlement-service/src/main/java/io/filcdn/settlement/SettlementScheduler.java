package io.filcdn.settlement;

import io.filcdn.service.tracing.Tracing;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.monitoring.SettlementGauges;
import io.filcdn.settlement.plan.DueWork;
import io.filcdn.settlement.plan.Schedule;
import io.filcdn.settlement.publish.LedgerPublisher;
import io.filcdn.settlement.reconciliation.Reconciliation;
import io.filcdn.settlement.signing.SignerException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The scheduler, which walks the path once an epoch or when asked to, and sends events once a
 * second.
 */
@ApplicationScoped
class SettlementScheduler {

  private static final Logger LOG = Logger.getLogger(SettlementScheduler.class);
  private static final int FIRST = 1;
  private static final int MOST_PATIENCE_SECONDS = 10;

  /** The number of tasks, each of which runs once at a time. */
  private static final int TASKS = 2;

  private final DueWork dueWork;
  private final SettlementRun run;
  private final Schedule schedule;
  private final SettlementGauges gauges;
  private final Reconciliation reconciliation;
  private final LedgerPublisher publisher;
  private final Alarms alarms;
  private final Semaphore turns = new Semaphore(TASKS);

  SettlementScheduler(
      DueWork dueWork,
      SettlementRun run,
      Schedule schedule,
      SettlementGauges gauges,
      Reconciliation reconciliation,
      LedgerPublisher publisher,
      Alarms alarms) {
    this.dueWork = dueWork;
    this.run = run;
    this.schedule = schedule;
    this.gauges = gauges;
    this.reconciliation = reconciliation;
    this.publisher = publisher;
    this.alarms = alarms;
  }

  @Scheduled(
      identity = "settlement",
      every = "1s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  @RunOnVirtualThread
  void walk() {
    if (dueWork.isTimeToWalk()) {
      unlessStopping(this::walkNow);
    }
  }

  private void walkNow() {
    dueWork.walking();
    try {
      gauges.active(Tracing.begin("settle", run::walk));
      reconcileIfTime();
    } catch (NodeException e) {
      gauges.active(false);
      LOG.warnf("the chain cannot be asked now, trying again next epoch: %s", e.getMessage());
    } catch (SignerException e) {
      gauges.active(false);
      alarms.raise(Alarm.SIGNER_UNAVAILABLE, "nothing can be signed now: " + e.getMessage());
    }
    gauges.sample();
  }

  private void reconcileIfTime() {
    if (schedule.isTime(Schedule.Entry.RECONCILE)) {
      gauges.reconciled(reconciliation.run());
      schedule.done(Schedule.Entry.RECONCILE);
    }
  }

  @Scheduled(
      identity = "outbox",
      every = "1s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  @RunOnVirtualThread
  void publish() {
    unlessStopping(publisher::publish);
  }

  private void unlessStopping(Runnable task) {
    if (!turns.tryAcquire()) {
      return;
    }
    try {
      task.run();
    } finally {
      turns.release();
    }
  }

  /** Before database and Kafka are closed: what is under way may end, and nothing begins. */
  void stop(@Observes @Priority(FIRST) ShutdownEvent event) throws InterruptedException {
    if (!turns.tryAcquire(TASKS, MOST_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      LOG.warnf("a task is not over after %d s and is given up", MOST_PATIENCE_SECONDS);
    }
  }
}
