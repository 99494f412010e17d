package io.filcdn.metrics.query;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.service.paging.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The account of one data set, all that is kept of it, over HTTP. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Stats", description = "What was served, and what quota is left")
public class AccountResource {

  private static final int MOST = 100;

  private final UsageQueries queries;
  private final DataSetAudits audits;
  private final Network network;

  public AccountResource(UsageQueries queries, DataSetAudits audits, Network network) {
    this.queries = queries;
    this.audits = audits;
    this.network = network;
  }

  @GET
  @Path("data-sets/{id: .+}")
  @Operation(summary = "What a data set was granted, used and charged, side by side")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "Unknown data set")
  public DataSetAccount account(@PathParam("id") String id) {
    DataSetId dataSet = PathIds.dataSet(id, network);
    return queries.account(dataSet).orElseThrow(() -> PathIds.unknown("data-set", dataSet));
  }

  /**
   * A part of a payer's data sets.
   *
   * @param next what to give as {@code after} for those behind; absent on the last page
   */
  public record AccountPage(List<DataSetAccount> dataSets, Optional<DataSetId> next) {}

  @GET
  @Path("payers/{address}/data-sets")
  @Operation(summary = "The accounts of a payer's data sets, in the order of their ids as texts")
  @APIResponse(responseCode = "200", description = "None where the payer has none")
  @APIResponse(responseCode = "400", description = "What was expected and what was found")
  public AccountPage ofPayer(
      @PathParam("address") String address,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Page<DataSetId> page =
        Page.of(after, limit, MOST, text -> DataSetId.of(text, network.generation()));
    List<DataSetAccount> found =
        queries.accounts(PathIds.payer(address), page.after(), page.limit());
    return new AccountPage(found, page.next(found, DataSetAccount::dataSet));
  }

  @GET
  @Path("audit/{id: .+}")
  @Operation(summary = "Every number that is kept of a data set, and where two of them differ")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "404", description = "Unknown data set")
  public DataSetAudit audit(@PathParam("id") String id) {
    DataSetId dataSet = PathIds.dataSet(id, network);
    return audits.audit(dataSet).orElseThrow(() -> PathIds.unknown("data-set", dataSet));
  }
}
