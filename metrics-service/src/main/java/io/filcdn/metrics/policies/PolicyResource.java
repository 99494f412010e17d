package io.filcdn.metrics.policies;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.chain.Address;
import io.filcdn.metrics.accounts.Accounts;
import io.filcdn.metrics.accounts.JsonBody;
import io.filcdn.metrics.accounts.KeyResource;
import io.filcdn.metrics.accounts.PrivateAnswer;
import io.filcdn.service.paging.Page;
import io.filcdn.service.problem.HttpProblem;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.SignedGrant;
import io.filcdn.wallet.TypedDomain;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The HTTP resource of payers' policies. */
@Path("/api/v1/policies")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Policies", description = "For payers: who may fetch on their account")
public class PolicyResource {

  private static final int MOST = 1000;

  private final PolicyDesk desk;
  private final Accounts accounts;

  public PolicyResource(PolicyDesk desk, Accounts accounts) {
    this.desk = desk;
    this.accounts = accounts;
  }

  /**
   * The typed data of a grant, but for its message.
   *
   * @param permission by which a payer lets a session key sign grants
   */
  public record TypedData(
      TypedDomain domain,
      Map<String, List<RetrievalGrant.Member>> types,
      String primaryType,
      String permission) {}

  /** Policies that a grant has set. */
  public record SetPolicies(List<PolicyView> policies) {}

  /**
   * A page of policies.
   *
   * @param next what to give as {@code after} for older ones; absent on the last page
   */
  @JsonInclude(Include.NON_ABSENT)
  public record PolicyPage(List<PolicyView> policies, Optional<Long> next) {

    /** The page of these. */
    public static PolicyPage of(List<StoredPolicy> found, Page<Long> page) {
      return new PolicyPage(
          found.stream().map(PolicyView::of).toList(), page.next(found, StoredPolicy::number));
    }
  }

  @GET
  @Path("typed-data")
  @Operation(summary = "The typed data (EIP-712) of a grant, but for its message")
  @APIResponse(responseCode = "200", description = "Domain, types and primary type")
  public TypedData typedData() {
    return new TypedData(
        desk.domain(),
        Map.of(RetrievalGrant.PRIMARY_TYPE, RetrievalGrant.TYPE),
        RetrievalGrant.PRIMARY_TYPE,
        "0x" + HexFormat.of().formatHex(RetrievalGrant.typeHash()));
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Sets the policies of a payer's data sets",
      description =
          "The payer's signature is all that it takes, or that of a session key that he authorised")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = SignedGrant.class)))
  @APIResponse(responseCode = "201", description = "Edges hear of them within seconds")
  @APIResponse(responseCode = "401", description = "What of the domain or signature is wrong")
  @APIResponse(responseCode = "403", description = "A data set is none of the payer's")
  @APIResponse(responseCode = "409", description = "The serial is not above the last one")
  @APIResponse(responseCode = "429", description = "Too many grants of late")
  @APIResponse(responseCode = "503", description = "No node tells of a session key or contract")
  public RestResponse<SetPolicies> setPolicies(@Context HttpServerRequest request, String body) {
    if (!accounts.countAttempt(request)) {
      throw PolicyRefusal.TOO_MANY.problem().exception();
    }
    SignedGrant grant = JsonBody.read("policy", body, SignedGrant.class);
    return switch (HttpProblem.parsed("policy", () -> desk.set(grant))) {
      case PolicyDesk.Outcome.Set(List<PolicyRecord> policies) ->
          PrivateAnswer.created(new SetPolicies(policies.stream().map(PolicyView::of).toList()));
      case PolicyDesk.Outcome.Refused(PolicyRefusal reason) -> throw reason.problem().exception();
    };
  }

  @GET
  @SecurityRequirement(name = "payerToken")
  @Operation(summary = "The payer's policies, those first that were set for the first time last")
  @APIResponse(responseCode = "200", description = "The newest of each data set")
  public RestResponse<PolicyPage> listPolicies(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Address payer = accounts.callers().payer(authorization).orElseThrow(KeyResource::unauthorized);
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredPolicy> found = desk.list(payer, page.after().orElse(Long.MAX_VALUE), page.limit());
    return PrivateAnswer.ok(PolicyPage.of(found, page));
  }
}
