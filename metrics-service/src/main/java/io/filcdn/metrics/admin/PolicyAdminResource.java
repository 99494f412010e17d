package io.filcdn.metrics.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.chain.Address;
import io.filcdn.metrics.policies.PolicyDesk;
import io.filcdn.metrics.policies.PolicyView;
import io.filcdn.metrics.policies.StoredPolicy;
import io.filcdn.metrics.query.RequestValues;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.paging.Page;
import io.filcdn.wallet.SignedGrant;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The call by which operators look at payers' policies. */
@Path("/api/v1/admin/policies")
@OperatorsOnly
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Admin", description = "For operators: the admin token is the bearer token")
public class PolicyAdminResource {

  private static final int MOST = 1000;

  private final PolicyDesk desk;

  public PolicyAdminResource(PolicyDesk desk) {
    this.desk = desk;
  }

  /**
   * A policy, and what shows that its payer wanted it.
   *
   * @param grant as the payer's wallet signed it
   * @param posted when it came
   */
  public record PostedPolicy(PolicyView policy, SignedGrant grant, Instant posted) {

    static PostedPolicy of(StoredPolicy policy) {
      return new PostedPolicy(PolicyView.of(policy), policy.grant(), policy.posted());
    }
  }

  /**
   * A page of policies.
   *
   * @param next what to give as {@code after} for older ones; absent on the last page
   */
  @JsonInclude(Include.NON_ABSENT)
  public record PostedPolicyPage(List<PostedPolicy> policies, Optional<Long> next) {}

  @GET
  @Operation(summary = "The policies of a payer, with the grants that set them")
  public PostedPolicyPage policiesOfPayer(
      @QueryParam("payer") @DefaultValue("") String payer,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Address address = RequestValues.parsed("payer", Address::of, payer);
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredPolicy> found =
        desk.list(address, page.after().orElse(Long.MAX_VALUE), page.limit());
    return new PostedPolicyPage(
        found.stream().map(PostedPolicy::of).toList(), page.next(found, StoredPolicy::number));
  }
}
