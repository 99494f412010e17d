package io.filcdn.settlement;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.Standings;
import io.filcdn.settlement.ledger.TopicTables;
import io.filcdn.settlement.ledger.TransactionId;
import io.filcdn.settlement.ledger.Transactions;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What the ledger knows, over HTTP. Byte counts and amounts are decimal texts. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SettlementApi {

  private static final int MAX_PAGE = 100;

  private final Transactions transactions;
  private final TopicTables topics;
  private final Standings standings;
  private final OwedAmounts owed;
  private final SetAsides setAsides;
  private final Network network;

  SettlementApi(
      Transactions transactions,
      TopicTables topics,
      Standings standings,
      OwedAmounts owed,
      SetAsides setAsides,
      Network network) {
    this.transactions = transactions;
    this.topics = topics;
    this.standings = standings;
    this.owed = owed;
    this.setAsides = setAsides;
    this.network = network;
  }

  /**
   * Some transactions.
   *
   * @param next what to give as {@code before} for the ones that follow; absent on the last page
   */
  public record TransactionPage(List<TransactionView> transactions, Optional<TransactionId> next) {}

  /** Why a request is not answered. */
  public record Problem(int status, String code, String detail) {}

  @GET
  @Path("/transactions")
  @Operation(summary = "The operator's transactions, newest first")
  public TransactionPage transactions(
      @QueryParam("before") Optional<Long> before,
      @QueryParam("limit") @DefaultValue("20") int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw problem(
          Response.Status.BAD_REQUEST,
          "bad-limit",
          "expected a limit from 1 to %d, found %d".formatted(MAX_PAGE, limit));
    }
    List<TransactionView> page =
        transactions.page(before.map(TransactionId::new), limit).stream()
            .map(TransactionView::of)
            .toList();
    return new TransactionPage(
        page, page.size() < limit ? Optional.empty() : Optional.of(page.getLast().id()));
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
        .map(
            usage ->
                DataSetView.of(
                    usage,
                    standings.of(List.of(id)).stream().findFirst(),
                    owed.of(id),
                    setAsides.of(id)))
        .orElseThrow(
            () ->
                problem(
                    Response.Status.NOT_FOUND,
                    "unknown-data-set",
                    "expected a data set with usage, found none for %s".formatted(id)));
  }

  private DataSetId parse(String text) {
    try {
      return DataSetId.of(text, network.generation());
    } catch (IllegalArgumentException e) {
      throw problem(
          Response.Status.BAD_REQUEST,
          "bad-data-set-id",
          Optional.ofNullable(e.getMessage()).orElse(""));
    }
  }

  private static WebApplicationException problem(
      Response.Status status, String code, String detail) {
    return new WebApplicationException(
        Response.status(status)
            .type(MediaType.APPLICATION_JSON)
            .entity(new Problem(status.getStatusCode(), code, detail))
            .build());
  }
}
