package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The answers over HTTP: the stats API as its clients know it, and what goes beyond it under {@code
 * /api/v1}. A data set's id is a number of the current generation, or {@code generation/number};
 * what cannot be an id is as unknown as one that nobody has.
 */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Stats", description = "What was served, and what quota is left")
public class StatsResource {

  private final Answers answers;
  private final Audits audits;
  private final Network network;

  public StatsResource(Answers answers, Audits audits, Network network) {
    this.answers = answers;
    this.audits = audits;
    this.network = network;
  }

  @GET
  @Path("data-set/{id: .+}")
  @Operation(summary = "The bytes that a data set may still be served")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "Unknown data set")
  public DataSetQuota dataSet(@PathParam("id") String id) {
    return dataSetId(id).flatMap(answers::quota).orElseThrow(() -> unknown("data set", id));
  }

  @GET
  @Path("payer/{address}")
  @Operation(summary = "What all data sets of a payer were served, and may still be")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "No data set of that payer")
  public PayerTotals payer(@PathParam("address") String address) {
    return parsed(Address::of, address)
        .flatMap(answers::payer)
        .orElseThrow(() -> unknown("payer", address));
  }

  @GET
  @Path("api/v1/data-sets/{id: .+}")
  @Operation(summary = "What a data set was granted, used and charged, side by side")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "Unknown data set")
  public DataSetAccount account(@PathParam("id") String id) {
    return dataSetId(id).flatMap(answers::account).orElseThrow(() -> unknown("data set", id));
  }

  @GET
  @Path("api/v1/audit/{id: .+}")
  @Operation(summary = "Every number that is kept of a data set, and where two of them differ")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "Unknown data set")
  public DataSetAudit audit(@PathParam("id") String id) {
    return dataSetId(id).flatMap(audits::audit).orElseThrow(() -> unknown("data set", id));
  }

  @GET
  @Path("{path: .*}")
  @Operation(hidden = true)
  public String nothing() {
    throw new NotFoundException("there is nothing here; /q/openapi tells what there is");
  }

  private Optional<DataSetId> dataSetId(String text) {
    return parsed(id -> DataSetId.of(id, network.generation()), text);
  }

  private static <T> Optional<T> parsed(Function<String, T> parse, String text) {
    try {
      return Optional.of(parse.apply(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static NotFoundException unknown(String what, String text) {
    return new NotFoundException(
        "the %s %s is unknown"
            .formatted(what, text.length() > 100 ? text.substring(0, 100) : text));
  }
}
