package io.filcdn.metrics.admin;

import io.filcdn.common.access.KeyId;
import io.filcdn.common.chain.Address;
import io.filcdn.metrics.accounts.Accounts;
import io.filcdn.metrics.accounts.KeyResource.KeyPage;
import io.filcdn.metrics.accounts.KeyView;
import io.filcdn.metrics.accounts.StoredKey;
import io.filcdn.metrics.query.RequestValues;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.paging.Page;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The calls by which operators look at payers' keys and revoke them. */
@Path("/api/v1/admin/keys")
@OperatorsOnly
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Admin", description = "For operators: the admin token is the bearer token")
public class KeyAdminResource {

  private static final int MOST = 1000;

  private final Accounts accounts;

  public KeyAdminResource(Accounts accounts) {
    this.accounts = accounts;
  }

  @GET
  @Operation(summary = "The keys of a payer, the newest first")
  public KeyPage keysOfPayer(
      @QueryParam("payer") @DefaultValue("") String payer,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Address address = RequestValues.parsed("payer", Address::of, payer);
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredKey> found =
        accounts.keys().list(address, page.after().orElse(Long.MAX_VALUE), page.limit());
    return new KeyPage(accounts.keys().views(found), page.next(found, StoredKey::number));
  }

  @POST
  @Path("{id}/revoke")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Takes a payer's key back, for ever; the body says why")
  public KeyView revokeForPayer(@PathParam("id") String id, String why) {
    KeyId key = RequestValues.parsed("key-id", KeyId::of, id);
    RequestValues.requireWhy(why, "expected a body of text that says why, found none");
    return accounts
        .keys()
        .revokeForOperator(key, why)
        .map(accounts.keys()::view)
        .orElseThrow(() -> HttpProblem.unknown("key", "expected the id of a key, found " + key));
  }
}
