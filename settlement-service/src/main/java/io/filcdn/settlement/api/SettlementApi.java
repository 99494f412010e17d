package io.filcdn.settlement.api;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.service.paging.Page;
import io.filcdn.service.problem.HttpProblem;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.reconciliation.Reconciliation;
import io.filcdn.settlement.reconciliation.ReconciliationResult;
import io.filcdn.settlement.replica.IndexedPayments;
import io.filcdn.settlement.replica.TopicTables;
import io.filcdn.settlement.setaside.SetAside;
import io.filcdn.settlement.setaside.SetAsides;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The HTTP API of what the ledger knows. Byte counts and amounts are decimal texts. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SettlementApi {

  private static final int LARGEST_PAGE = 100;
  private static final int DEADLINES = 20;

  private final Transactions transactions;
  private final TopicTables topics;
  private final ReportingStates reportingStates;
  private final OwedAmounts owed;
  private final SetAsides setAsides;
  private final Reconciliation reconciliation;
  private final Network network;
  private final Clock clock;

  SettlementApi(
      Transactions transactions,
      TopicTables topics,
      ReportingStates reportingStates,
      OwedAmounts owed,
      SetAsides setAsides,
      Reconciliation reconciliation,
      Network network,
      Clock clock) {
    this.transactions = transactions;
    this.topics = topics;
    this.reportingStates = reportingStates;
    this.owed = owed;
    this.setAsides = setAsides;
    this.reconciliation = reconciliation;
    this.network = network;
    this.clock = clock;
  }

  /**
   * A page of transactions.
   *
   * @param next what to give as {@code after} for the ones that follow; absent on the last page
   */
  public record TransactionPage(List<TransactionView> transactions, Optional<TransactionId> next) {}

  /**
   * A page of data sets.
   *
   * @param next what to give as {@code after} for the ones that follow; absent on the last page
   */
  public record DataSetPage(List<DataSetView> dataSets, Optional<DataSetId> next) {}

  @GET
  @Path("/transactions")
  @Operation(summary = "The operator's transactions, newest first")
  public TransactionPage transactions(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<TransactionId> page = Page.of(after, limit, LARGEST_PAGE, TransactionId::of);
    List<TransactionView> views =
        transactions.page(page.after(), page.limit()).stream().map(TransactionView::of).toList();
    return new TransactionPage(views, page.next(views, TransactionView::id));
  }

  @GET
  @Path("/transactions/{id}")
  @Operation(summary = "One of the operator's transactions")
  public TransactionView transaction(@PathParam("id") String text) {
    TransactionId id = HttpProblem.parsed("transaction", () -> TransactionId.of(text));
    return transactions
        .find(id)
        .map(TransactionView::of)
        .orElseThrow(
            () ->
                HttpProblem.unknown(
                    "transaction",
                    "expected a transaction of this ledger, found none with id " + id));
  }

  @GET
  @Path("/data-sets")
  @Operation(summary = "How settlement stands with data sets, in the order of their ids' texts")
  @Transactional
  public DataSetPage dataSets(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<DataSetId> page =
        Page.of(after, limit, LARGEST_PAGE, text -> DataSetId.of(text, network.generation()));
    List<UsageRecord> records = topics.page(page.after(), page.limit());
    return new DataSetPage(
        records.stream().map(this::view).toList(), page.next(records, UsageRecord::dataSet));
  }

  @GET
  @Path("/data-sets/{id: .+}")
  @Operation(
      summary = "How settlement stands with a data set",
      description = "The id is fwss/12, or a bare number of the network's own generation.")
  @Transactional
  public DataSetView dataSet(@PathParam("id") String text) {
    DataSetId id = parse(text);
    return topics
        .usage(id)
        .map(this::view)
        .orElseThrow(
            () ->
                HttpProblem.unknown(
                    "data-set", "expected a data set with usage, found none for %s".formatted(id)));
  }

  private DataSetView view(UsageRecord usage) {
    List<DataSetId> id = List.of(usage.dataSet());
    return DataSetView.of(
        usage,
        reportingStates.of(id).stream().findFirst(),
        Optional.ofNullable(topics.payments(id).get(usage.dataSet())).map(IndexedPayments::settled),
        owed.of(usage.dataSet()),
        setAsides.of(usage.dataSet()));
  }

  /**
   * The work that is not done yet.
   *
   * @param unreported the usage that is not on chain
   * @param waitingSince since when the transaction waits that was signed first of those that no
   *     block holds; absent where none waits
   * @param deadlines the rails that end next, of those along which something is owed or will be
   */
  public record Backlog(
      ReportingStates.Unreported unreported,
      Optional<Instant> waitingSince,
      List<OwedAmounts.Deadline> deadlines) {}

  @GET
  @Path("/backlog")
  @Operation(summary = "What is not reported, included or paid yet, and the rails that end next")
  @Transactional
  public Backlog backlog() {
    return new Backlog(
        reportingStates.unreported(),
        transactions.oldestWaiting(),
        owed.deadlines(network.epochAt(clock.instant()), DEADLINES));
  }

  @GET
  @Path("/set-asides")
  @Operation(summary = "Data sets that are left out of something, and why; the longest first")
  public List<SetAside> setAsides() {
    return setAsides.all();
  }

  @GET
  @Path("/reconciliation")
  @Operation(summary = "How ledger, odometers, index and chain compared the last time")
  public ReconciliationResult reconciliation() {
    return reconciliation
        .latest()
        .orElseThrow(
            () ->
                HttpProblem.of(
                        503,
                        "not-reconciled-yet",
                        "expected a first comparison, found none: it waits for the chain")
                    .exception());
  }

  private DataSetId parse(String text) {
    return HttpProblem.parsed("data-set", () -> DataSetId.of(text, network.generation()));
  }
}
