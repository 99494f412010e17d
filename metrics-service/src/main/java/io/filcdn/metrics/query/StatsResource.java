package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The stats API as its clients know it, over HTTP. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Stats", description = "What was served, and what quota is left")
public class StatsResource {

  private final UsageQueries queries;
  private final Network network;

  public StatsResource(UsageQueries queries, Network network) {
    this.queries = queries;
    this.network = network;
  }

  @GET
  @Path("data-set/{id: .+}")
  @Operation(summary = "The bytes that a data set may still be served")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "Unknown data set")
  public DataSetQuota dataSet(@PathParam("id") String id) {
    DataSetId dataSet = PathIds.dataSet(id, network);
    return queries.quota(dataSet).orElseThrow(() -> PathIds.unknown("data-set", dataSet));
  }

  @GET
  @Path("payer/{address}")
  @Operation(summary = "What all data sets of a payer were served, and may still be")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "No data set of that payer")
  public PayerTotals payer(@PathParam("address") String address) {
    Address payer = PathIds.payer(address);
    return queries.payer(payer).orElseThrow(() -> PathIds.unknown("payer", payer));
  }

  @GET
  @Path("{path: .*}")
  @Operation(hidden = true)
  public String nothing() {
    throw HttpProblem.unknown("path", "there is nothing here; /q/openapi tells what there is");
  }
}
