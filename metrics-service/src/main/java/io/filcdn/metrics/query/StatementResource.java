package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.metrics.query.Statements.Latency;
import io.filcdn.metrics.query.Statements.Piece;
import io.filcdn.metrics.query.Statements.Statement;
import io.filcdn.metrics.query.Statements.Storage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What providers earned, what payers store, which pieces are asked for, over HTTP. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Statements", description = "Counts and amounts are decimal texts")
public class StatementResource {

  private static final int MOST_DAYS = 90;
  private static final int MOST_HOURS = 24 * 8;

  private final Statements statements;
  private final Network network;

  public StatementResource(Statements statements, Network network) {
    this.statements = statements;
    this.network = network;
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
    Statement statement = statements.statement(provider(id), epoch("from", from), epoch("to", to));
    return switch (format) {
      case "json" -> Response.ok(statement).build();
      case "csv" -> Response.ok(statement.csv()).type("text/csv; charset=utf-8").build();
      default ->
          throw new BadRequestException("expected format=json or format=csv, found " + format);
    };
  }

  @GET
  @Path("payers/{address}/storage")
  @Operation(summary = "What a payer has placed with providers, and placed day by day")
  public Storage storage(
      @PathParam("address") String address, @QueryParam("days") @DefaultValue("30") int days) {
    return statements.storage(parsed(Address::of, address), within("days", days, MOST_DAYS));
  }

  @GET
  @Path("latency")
  @Operation(summary = "Within how many microseconds first bytes came, in the last hours")
  public Latency latency(
      @QueryParam("hours") @DefaultValue("24") int hours,
      @QueryParam("provider") Optional<String> provider) {
    return statements.latency(
        provider.map(this::provider), Duration.ofHours(within("hours", hours, MOST_HOURS)));
  }

  @GET
  @Path("top-pieces")
  @Operation(summary = "The pieces with most egress in the last days; a minute old at most")
  public List<Piece> topPieces(
      @QueryParam("days") @DefaultValue("1") int days,
      @QueryParam("limit") @DefaultValue("10") int limit) {
    return statements.topPieces(within("days", days, 8)).stream()
        .limit(within("limit", limit, Statements.MOST_PIECES))
        .toList();
  }

  private ProviderId provider(String text) {
    return parsed(ProviderId::of, text.indexOf('/') < 0 ? network.generation() + "/" + text : text);
  }

  private static Epoch epoch(String name, String text) {
    try {
      return new Epoch(Long.parseLong(text));
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("expected %s as an epoch, found %s".formatted(name, text));
    }
  }

  private static int within(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new BadRequestException(
          "expected %s of 1 to %d, found %d".formatted(name, most, value));
    }
    return value;
  }

  private static <T> T parsed(Function<String, T> parse, String text) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(e.getMessage());
    }
  }
}
