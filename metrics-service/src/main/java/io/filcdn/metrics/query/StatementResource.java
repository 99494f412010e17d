package io.filcdn.metrics.query;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.PieceId;
import io.filcdn.metrics.odometer.PostgresOdometers.Supply;
import io.filcdn.metrics.query.Statements.Answers;
import io.filcdn.metrics.query.Statements.Latency;
import io.filcdn.metrics.query.Statements.Piece;
import io.filcdn.metrics.query.Statements.PlacedPiece;
import io.filcdn.metrics.query.Statements.Statement;
import io.filcdn.metrics.query.Statements.Storage;
import io.filcdn.metrics.statement.PostgresSettlements.Transaction;
import io.filcdn.metrics.statement.TransactionPlace;
import io.filcdn.service.paging.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The statements of what providers earned, what payers store and which pieces are asked for, over
 * HTTP.
 */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Statements", description = "Counts and amounts are decimal texts")
public class StatementResource {

  private static final int MOST_DAYS = 90;
  private static final int MOST_HOURS = 24 * 8;

  private static final int MOST_ON_A_PAGE = 100;
  private static final Duration LONGEST_OF_ANSWERS = Duration.ofDays(31);

  private final Statements statements;
  private final Network network;
  private final Clock clock;

  public StatementResource(Statements statements, Network network, Clock clock) {
    this.statements = statements;
    this.network = network;
    this.clock = clock;
  }

  @GET
  @Path("providers/{id: .+}/statement")
  @Operation(
      summary = "What a provider supplied, is owed and was paid within epochs, both included",
      description = "format=csv gives one line a data set. Amounts are in the smallest unit.")
  public Response statement(
      @PathParam("id") String id,
      @QueryParam("from") @DefaultValue("0") String from,
      @QueryParam("to") @DefaultValue("9223372036854775807") String to,
      @QueryParam("format") @DefaultValue("json") String format) {
    if (!format.equals("json") && !format.equals("csv")) {
      throw RequestValues.refused("format", "format=json or format=csv", format);
    }
    Statement statement =
        statements.statement(
            PathIds.provider(id, network),
            RequestValues.epoch("from", from),
            RequestValues.epoch("to", to));
    return format.equals("json")
        ? Response.ok(statement).build()
        : Response.ok(statement.csv()).type("text/csv; charset=utf-8").build();
  }

  @GET
  @Path("providers/{id: .+}/supply")
  @Operation(
      summary =
          "What a provider supplied since the beginning, to fills that verified and to others")
  public Supply supply(@PathParam("id") String id) {
    return statements.supply(PathIds.provider(id, network));
  }

  @GET
  @Path("payers/{address}/storage")
  @Operation(summary = "What a payer has placed with providers, and placed day by day")
  public Storage storage(
      @PathParam("address") String address, @QueryParam("days") @DefaultValue("30") String days) {
    return statements.storage(
        PathIds.payer(address), (int) RequestValues.within("days", days, 1, MOST_DAYS));
  }

  @GET
  @Path("latency")
  @Operation(summary = "Within how many microseconds first bytes came, in the last hours")
  public Latency latency(
      @QueryParam("hours") @DefaultValue("24") String hours,
      @QueryParam("provider") Optional<String> provider) {
    Duration past = Duration.ofHours(RequestValues.within("hours", hours, 1, MOST_HOURS));
    return statements.latency(provider.map(text -> PathIds.provider(text, network)), past);
  }

  @GET
  @Path("answers")
  @Operation(
      summary = "How retrievals were answered, by status and reason of refusal",
      description = "Of hours that begin within a time of 31 days at most; they are kept for 8.")
  public List<Answers> answers(
      @QueryParam("from") Optional<String> from, @QueryParam("to") Optional<String> to) {
    return statements.answers(
        RequestValues.times(from, to, clock.instant(), Duration.ofDays(1), LONGEST_OF_ANSWERS));
  }

  @GET
  @Path("data-sets/{id: .+}/pieces")
  @Operation(summary = "The pieces that are in a data set, in the order of their ids")
  @APIResponse(responseCode = "200", description = "None where the data set has none")
  public PiecePage pieces(
      @PathParam("id") String id,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Page<PieceId> page = Page.of(after, limit, MOST_ON_A_PAGE, PieceId::of);
    List<PlacedPiece> found =
        statements.pieces(PathIds.dataSet(id, network), page.after(), page.limit());
    return new PiecePage(found, page.next(found, PlacedPiece::pieceId));
  }

  @GET
  @Path("data-sets/{id: .+}/transactions")
  @Operation(
      summary = "The transactions that reported or paid bytes of a data set, the newest first")
  @APIResponse(responseCode = "200", description = "None where nothing was reported")
  public TransactionPage transactions(
      @PathParam("id") String id,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Page<TransactionPlace> page = Page.of(after, limit, MOST_ON_A_PAGE, TransactionPlace::of);
    List<Transaction> found =
        statements.transactions(
            PathIds.dataSet(id, network),
            page.after().orElse(TransactionPlace.START),
            page.limit());
    return new TransactionPage(found, page.next(found, last -> last.place().toString()));
  }

  /**
   * A part of a data set's transactions.
   *
   * @param next what to give as {@code after} for those behind; absent on the last page
   */
  public record TransactionPage(List<Transaction> transactions, Optional<String> next) {}

  /**
   * A part of a data set's pieces.
   *
   * @param next what to give as {@code after} for those behind; absent on the last page
   */
  public record PiecePage(List<PlacedPiece> pieces, Optional<PieceId> next) {}

  @GET
  @Path("top-pieces")
  @Operation(summary = "The pieces with most egress in the last days; a minute old at most")
  public List<Piece> topPieces(
      @QueryParam("days") @DefaultValue("1") String days,
      @QueryParam("limit") @DefaultValue("10") String limit) {
    long most = RequestValues.within("limit", limit, 1, Statements.MOST_PIECES);
    return statements.topPieces((int) RequestValues.within("days", days, 1, 8)).stream()
        .limit(most)
        .toList();
  }
}
