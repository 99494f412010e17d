package io.filcdn.settlement.api;

import io.filcdn.common.piece.ByteCount;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.problem.HttpProblem;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.due.DueConfig;
import io.filcdn.settlement.due.DueScope;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.plan.Planner;
import io.filcdn.settlement.plan.ReportPlan;
import io.filcdn.settlement.plan.SettlementPlan;
import io.filcdn.settlement.plan.WorkOrders;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.logging.Logger;

/**
 * The API by which operators have usage reported and debts settled now. Each call shows what it
 * will do; with {@code dryRun=true} it shows that and does nothing.
 */
@Path("/api/v1/admin")
@Produces(MediaType.APPLICATION_JSON)
@OperatorsOnly
@RunOnVirtualThread
public class AdminApi {

  private static final Logger LOG = Logger.getLogger(AdminApi.class);

  private final Node node;
  private final Planner planner;
  private final EpochGuard epochGuard;
  private final WorkOrders orders;
  private final DueConfig dueConfig;
  private final Clock clock;

  AdminApi(
      Node node,
      Planner planner,
      EpochGuard epochGuard,
      WorkOrders orders,
      DueConfig dueConfig,
      Clock clock) {
    this.node = node;
    this.planner = planner;
    this.epochGuard = epochGuard;
    this.orders = orders;
    this.dueConfig = dueConfig;
    this.clock = clock;
  }

  @POST
  @Path("/report")
  @Operation(
      summary = "Reports what is due now",
      description = "dust: bytes below which a data set waits, instead of the configured ones.")
  public PlanViews.Report report(
      @QueryParam("dust") Optional<String> dust,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun) {
    Optional<ByteCount> asked =
        dust.map(text -> HttpProblem.parsed("dust", () -> ByteCount.of(text)));
    ByteCount applied = asked.orElse(dueConfig.dust());
    Head head = head();
    ReportPlan plan = planner.report(head, DueScope.everything(applied));
    // made before anything is ordered: it asks the chain, which can fail
    PlanViews.Report view =
        PlanViews.of(plan, epochGuard::mismatches, !dryRun, head.latest(), applied);
    if (!dryRun) {
      orders.give(WorkOrders.Task.REPORT, asked, clock.instant());
      LOG.infof("an operator orders a report with dust=%s", applied);
    }
    return view;
  }

  @POST
  @Path("/settle")
  @Operation(summary = "Settles what is owed now")
  public PlanViews.Settlement settle(@QueryParam("dryRun") @DefaultValue("false") boolean dryRun) {
    Head head = head();
    SettlementPlan plan = planner.settle(head, DueScope.everything(ByteCount.ZERO));
    if (!dryRun) {
      orders.give(WorkOrders.Task.SETTLE, Optional.empty(), clock.instant());
      LOG.infof("an operator orders a settlement");
    }
    return PlanViews.of(plan, !dryRun, head.latest());
  }

  private Head head() {
    try {
      return node.head();
    } catch (NodeException e) {
      throw HttpProblem.of(503, "chain-unavailable", String.valueOf(e.getMessage())).exception();
    }
  }
}
