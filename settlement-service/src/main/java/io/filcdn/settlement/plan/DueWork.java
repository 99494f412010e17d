package io.filcdn.settlement.plan;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.due.DueConfig;
import io.filcdn.settlement.due.DueScope;
import io.filcdn.settlement.ledger.UrgentDataSets;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The work of a walk: all of it when its time has come or an operator asks for it, and at any time,
 * and first, what cannot wait, because its rails or its storage end or its payer is sanctioned.
 */
@ApplicationScoped
public class DueWork {

  private final Schedule schedule;
  private final WorkOrders orders;
  private final UrgentDataSets urgentDataSets;
  private final DueConfig config;
  private final Network network;

  DueWork(
      Schedule schedule,
      WorkOrders orders,
      UrgentDataSets urgentDataSets,
      DueConfig config,
      Network network) {
    this.schedule = schedule;
    this.orders = orders;
    this.urgentDataSets = urgentDataSets;
    this.config = config;
    this.network = network;
  }

  /** A piece of work, and what calls it done. */
  public record Item(DueScope scope, Runnable done) {}

  /** True where it is time to walk: an epoch went by, or an operator asks for something. */
  public boolean isTimeToWalk() {
    return schedule.isTime(Schedule.Entry.LOOK) || orders.any();
  }

  /** Notes that a walk begins. */
  public void walking() {
    schedule.done(Schedule.Entry.LOOK);
  }

  /** The reports to make, the most urgent first. */
  public List<Item> reports(Head head) {
    return items(
        urgentDataSets.toReport(head.latest().epoch(), horizon(head)),
        WorkOrders.Task.REPORT,
        Schedule.Entry.REPORT);
  }

  /** The settlements to make, the most urgent first. */
  public List<Item> settlements(Head head) {
    return items(
        urgentDataSets.toSettle(head.latest().epoch(), horizon(head)),
        WorkOrders.Task.SETTLE,
        Schedule.Entry.SETTLE);
  }

  private List<Item> items(Set<DataSetId> urgent, WorkOrders.Task task, Schedule.Entry entry) {
    List<Item> items = new ArrayList<>();
    if (!urgent.isEmpty()) {
      items.add(new Item(DueScope.only(urgent), () -> {}));
    }
    everything(task, entry).ifPresent(items::add);
    return items;
  }

  private Optional<Item> everything(WorkOrders.Task task, Schedule.Entry entry) {
    return orders
        .pending(task)
        .map(
            order ->
                new Item(
                    DueScope.everything(order.dust().orElse(config.dust())),
                    () -> orders.done(order)))
        .or(
            () ->
                schedule.isTime(entry)
                    ? Optional.of(
                        new Item(DueScope.everything(config.dust()), () -> schedule.done(entry)))
                    : Optional.empty());
  }

  /** Rails that end before two more rounds of everything are through cannot wait for them. */
  private Epoch horizon(Head head) {
    Duration rounds = network.reportEvery().plus(network.settleEvery()).multipliedBy(2);
    return head.latest().epoch().plus(rounds.dividedBy(network.epochDuration()));
  }
}
