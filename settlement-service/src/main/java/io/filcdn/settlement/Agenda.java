package io.filcdn.settlement;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.due.DueConfig;
import io.filcdn.settlement.due.Scope;
import io.filcdn.settlement.ledger.Urgencies;
import io.filcdn.settlement.ledger.WorkOrders;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a walk has to do: all of it when its time has come or an operator asks for it, and at any
 * time what cannot wait, because its rails end or its payer is sanctioned.
 */
@ApplicationScoped
class Agenda {

  private final Timetable timetable;
  private final WorkOrders orders;
  private final Urgencies urgencies;
  private final DueConfig config;
  private final Network network;

  Agenda(
      Timetable timetable,
      WorkOrders orders,
      Urgencies urgencies,
      DueConfig config,
      Network network) {
    this.timetable = timetable;
    this.orders = orders;
    this.urgencies = urgencies;
    this.config = config;
    this.network = network;
  }

  /** A piece of work, and what calls it done. */
  record Item(Scope scope, Runnable done) {}

  /** Whether it is time to walk: an epoch went by, or an operator asks for something. */
  boolean isTimeToWalk() {
    return timetable.isTime(Timetable.Entry.LOOK) || orders.any();
  }

  /** Notes that a walk begins. */
  void walking() {
    timetable.done(Timetable.Entry.LOOK);
  }

  /** What is to be reported. */
  Optional<Item> report(Head head) {
    return item(WorkOrders.Task.REPORT, Timetable.Entry.REPORT, head);
  }

  /** What is to be settled. */
  Optional<Item> settle(Head head) {
    return item(WorkOrders.Task.SETTLE, Timetable.Entry.SETTLE, head);
  }

  private Optional<Item> item(WorkOrders.Task task, Timetable.Entry entry, Head head) {
    Optional<WorkOrders.WorkOrder> order = orders.standing(task);
    if (order.isPresent()) {
      return Optional.of(
          new Item(
              Scope.everything(order.get().dust().orElse(config.dust())),
              () -> orders.done(order.get())));
    }
    if (timetable.isTime(entry)) {
      return Optional.of(new Item(Scope.everything(config.dust()), () -> timetable.done(entry)));
    }
    Set<DataSetId> urgent = urgencies.of(head.latest().epoch(), horizon(head));
    return urgent.isEmpty()
        ? Optional.empty()
        : Optional.of(new Item(Scope.only(urgent), () -> {}));
  }

  /** Rails that end before two more rounds of everything are through cannot wait for them. */
  private Epoch horizon(Head head) {
    Duration rounds = network.reportEvery().plus(network.settleEvery()).multipliedBy(2);
    return head.latest().epoch().plus(rounds.dividedBy(network.epochDuration()));
  }
}
