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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The work of a walk: all of it when its time has come or an operator asks for it, and at any time,
 * and first, what cannot wait, because its rails or its storage end or its payer is sanctioned.
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

  /** True where it is time to walk: an epoch went by, or an operator asks for something. */
  boolean isTimeToWalk() {
    return timetable.isTime(Timetable.Entry.LOOK) || orders.any();
  }

  /** Notes that a walk begins. */
  void walking() {
    timetable.done(Timetable.Entry.LOOK);
  }

  /** The reports to make, the most urgent first. */
  List<Item> reports(Head head) {
    return items(WorkOrders.Task.REPORT, Timetable.Entry.REPORT, head);
  }

  /** The settlements to make, the most urgent first. */
  List<Item> settlements(Head head) {
    return items(WorkOrders.Task.SETTLE, Timetable.Entry.SETTLE, head);
  }

  private List<Item> items(WorkOrders.Task task, Timetable.Entry entry, Head head) {
    List<Item> items = new ArrayList<>();
    Set<DataSetId> urgent = urgencies.of(head.latest().epoch(), horizon(head));
    if (!urgent.isEmpty()) {
      items.add(new Item(Scope.only(urgent), () -> {}));
    }
    everything(task, entry).ifPresent(items::add);
    return items;
  }

  private Optional<Item> everything(WorkOrders.Task task, Timetable.Entry entry) {
    return orders
        .standing(task)
        .map(
            order ->
                new Item(
                    Scope.everything(order.dust().orElse(config.dust())), () -> orders.done(order)))
        .or(
            () ->
                timetable.isTime(entry)
                    ? Optional.of(
                        new Item(Scope.everything(config.dust()), () -> timetable.done(entry)))
                    : Optional.empty());
  }

  /** Rails that end before two more rounds of everything are through cannot wait for them. */
  private Epoch horizon(Head head) {
    Duration rounds = network.reportEvery().plus(network.settleEvery()).multipliedBy(2);
    return head.latest().epoch().plus(rounds.dividedBy(network.epochDuration()));
  }
}
