package io.filcdn.settlement.plan;

import io.filcdn.common.piece.ByteCount;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.hibernate.Session;

/**
 * The work that an operator asked to have done now, whichever process the operator spoke to. An
 * order stands until the process that may send has carried it out.
 */
@ApplicationScoped
public class WorkOrders {

  private final Session database;

  WorkOrders(Session database) {
    this.database = database;
  }

  /** A task that can be asked for. */
  public enum Task {
    REPORT,
    SETTLE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An order.
   *
   * @param ticket tells it from earlier and later ones
   * @param dust the bytes below which a data set waits; empty: as configured
   */
  public record WorkOrder(Task task, long ticket, Optional<ByteCount> dust) {}

  /** Gives an order; it takes the place of one for the same task that still stands. */
  @Transactional
  public void give(Task task, Optional<ByteCount> dust, Instant now) {
    database
        .createNativeMutationQuery(
            """
            insert into work_order (task, dust, since) values (:task, :dust, :since)
            on conflict (task) do update set ticket = default, dust = excluded.dust, since = excluded.since
            """)
        .setParameter("task", task.toString())
        .setParameter("dust", dust.map(ByteCount::bytes).orElse(null), Long.class)
        .setParameter("since", now)
        .executeUpdate();
  }

  /** The order for {@code task}, where one stands. */
  @Transactional
  public Optional<WorkOrder> pending(Task task) {
    return database
        .createNativeQuery("select ticket, dust from work_order where task = :task", Object[].class)
        .setParameter("task", task.toString())
        .getResultStream()
        .findFirst()
        .map(
            row ->
                new WorkOrder(
                    task, (Long) row[0], Optional.ofNullable((Long) row[1]).map(ByteCount::of)));
  }

  /** True where any order stands. */
  @Transactional
  public boolean any() {
    return database
        .createNativeQuery("select exists (select from work_order)", Boolean.class)
        .getSingleResult();
  }

  /** Takes an order off the table: it is carried out. One that came since stays. */
  @Transactional
  public void done(WorkOrder order) {
    database
        .createNativeMutationQuery("delete from work_order where task = :task and ticket = :ticket")
        .setParameter("task", order.task().toString())
        .setParameter("ticket", order.ticket())
        .executeUpdate();
  }
}
