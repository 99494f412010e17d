package io.filcdn.metrics.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditEntryRecord;
import io.filcdn.metrics.accounts.JsonBody;
import io.filcdn.metrics.accounts.PrivateAnswer;
import io.filcdn.metrics.credits.AccountCredit;
import io.filcdn.metrics.credits.CreditResource;
import io.filcdn.metrics.credits.CreditResource.GrantPage;
import io.filcdn.metrics.credits.CreditResource.LedgerPage;
import io.filcdn.metrics.credits.CreditServices;
import io.filcdn.metrics.credits.CreditServices.NewService;
import io.filcdn.metrics.credits.CreditServices.StoredService;
import io.filcdn.metrics.credits.Credits;
import io.filcdn.metrics.credits.NewGrant;
import io.filcdn.metrics.credits.StoredGrant;
import io.filcdn.metrics.query.RequestValues;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.paging.Page;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The calls by which operators let services in, and grant, revoke and refund credit. */
@Path("/api/v1/admin")
@OperatorsOnly
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Admin", description = "For operators: the admin token is the bearer token")
public class CreditAdminResource {

  private static final String WHY = "expected a body of text that says why, found none";

  private static final int MOST = 1000;

  private final Credits credits;

  public CreditAdminResource(Credits credits) {
    this.credits = credits;
  }

  /**
   * A token of a service, which is shown this once.
   *
   * @param token the whole token; a secret
   * @param id by which it is taken back
   */
  public record IssuedToken(String service, KeyId id, String token) {}

  /**
   * A page of services.
   *
   * @param next what to give as {@code after} for those behind; absent on the last page
   */
  @JsonInclude(Include.NON_ABSENT)
  public record ServicePage(List<StoredService> services, Optional<String> next) {}

  @GET
  @Path("credit-services")
  @Operation(summary = "The services that may ask for credit, with their tokens that are good")
  public ServicePage creditServices(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<String> page = Page.of(after, limit, MOST, CreditAdminResource::place);
    List<StoredService> found = credits.services().list(page.after().orElse(""), page.limit());
    return new ServicePage(found, page.next(found, StoredService::name));
  }

  @POST
  @Path("credit-services")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Lets a service in, and shows its token once")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = NewService.class)))
  @APIResponse(responseCode = "201", description = "The token: nobody can show it again")
  @APIResponse(responseCode = "409", description = "The name is taken")
  public RestResponse<IssuedToken> makeCreditService(String body) {
    NewService wanted = JsonBody.read("service", body, NewService.class);
    return issued(wanted.name(), credits.services().make(wanted));
  }

  @POST
  @Path("credit-services/{name}/tokens")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Gives a service another token, and shows it once")
  @APIResponse(responseCode = "201", description = "The token: nobody can show it again")
  @APIResponse(responseCode = "409", description = "Four of its tokens are good")
  public RestResponse<IssuedToken> makeCreditToken(@PathParam("name") String name) {
    return issued(name, credits.services().makeToken(name));
  }

  private static RestResponse<IssuedToken> issued(String service, CreditServices.Outcome outcome) {
    return switch (outcome) {
      case CreditServices.Outcome.Issued(AccessKey key) ->
          PrivateAnswer.created(new IssuedToken(service, key.id(), key.text()));
      case CreditServices.Outcome.NameTaken _ ->
          throw HttpProblem.of(
                  409,
                  "name-taken",
                  "another service has the name; give that one another token, or take another name")
              .exception();
      case CreditServices.Outcome.TooManyTokens _ ->
          throw HttpProblem.of(
                  409, "too-many-tokens", "four tokens of the service are good; revoke one")
              .exception();
      case CreditServices.Outcome.Unknown _ -> throw unknownService();
    };
  }

  private static WebApplicationException unknownService() {
    return HttpProblem.unknown("service", "expected the name of a service, found another");
  }

  @POST
  @Path("credit-services/{name}/tokens/{id}/revoke")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Takes a token back, for ever; the body says why")
  @APIResponse(responseCode = "204", description = "Refused everywhere within five seconds")
  public void revokeCreditToken(
      @PathParam("name") String name, @PathParam("id") String id, String why) {
    KeyId key = RequestValues.parsed("token-id", KeyId::of, id);
    RequestValues.requireWhy(why, WHY);
    if (!credits.services().revoke(name, key, why)) {
      throw HttpProblem.unknown(
          "token", "expected the id of a token of the service, found another");
    }
  }

  @POST
  @Path("credits/grants")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Gives an account credit, once for each id and payment")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = NewGrant.class)))
  @APIResponse(responseCode = "200", description = "The grant, also where it was given before")
  public StoredGrant giveGrantForOperator(String body) {
    NewGrant wanted = JsonBody.read("grant", body, NewGrant.class);
    return CreditResource.done(credits.grantDesk().grantForOperator(wanted));
  }

  @POST
  @Path("credits/grants/{number}/revoke")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Takes back what nobody has used of a grant; the body says why",
      description = "What reservations hold of it can still be used")
  public StoredGrant revokeGrant(@PathParam("number") String number, String why) {
    long grant = grantNumber(number);
    RequestValues.requireWhy(why, WHY);
    return CreditResource.done(credits.grantDesk().revoke(grant, why));
  }

  /**
   * A payment back.
   *
   * @param reference of it, such as a transaction's hash: 1 to 128 characters
   * @param why for the audit
   */
  public record Refund(String reference, String why) {

    public Refund {
      requireText(reference, 128);
      requireText(why, 1000);
    }

    private static void requireText(@Nullable String text, int longest) {
      if (text == null || text.isBlank() || text.length() > longest) {
        throw new IllegalArgumentException(
            "expected a reference of 1 to 128 characters and a text that says why, found another");
      }
    }
  }

  @POST
  @Path("credits/grants/{number}/refund")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Ends a grant whose unspent part was paid back, once",
      description = "409 while reservations hold a part: revoke it first, and wait for them")
  @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Refund.class)))
  @APIResponse(responseCode = "200", description = "remaining is what was paid back")
  public StoredGrant refundGrant(@PathParam("number") String number, String body) {
    long grant = grantNumber(number);
    Refund refund = JsonBody.read("refund", body, Refund.class);
    return CreditResource.done(credits.grantDesk().refund(grant, refund.reference(), refund.why()));
  }

  /**
   * A page of accounts.
   *
   * @param next what to give as {@code after} for those behind; absent on the last page
   */
  @JsonInclude(Include.NON_ABSENT)
  public record AccountPage(List<CreditAccount> accounts, Optional<CreditAccount> next) {}

  @GET
  @Path("credits/accounts")
  @Operation(summary = "The accounts that have ever had credit, in the order of their names")
  public AccountPage creditAccounts(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<String> page = Page.of(after, limit, MOST, CreditAdminResource::place);
    List<CreditAccount> found = credits.accounts(page.after().orElse(""), page.limit());
    return new AccountPage(found, page.next(found, account -> account));
  }

  /**
   * An account's balances, from two sources that must say the same.
   *
   * @param stored as reservations are decided by
   * @param replayed as added up from the ledger
   */
  public record CheckedAccount(AccountCredit stored, AccountCredit replayed) {}

  @GET
  @Path("credits/accounts/{account}")
  @Operation(summary = "An account's balances, as stored and as its ledger adds up to")
  public CheckedAccount checkedAccount(@PathParam("account") String account) {
    CreditAccount known = account(account);
    return new CheckedAccount(credits.account(known), credits.replayed(known));
  }

  @GET
  @Path("credits/accounts/{account}/ledger")
  @Operation(summary = "The entries of an account, the newest first")
  public LedgerPage ledgerOfAccount(
      @PathParam("account") String account,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<CreditEntryRecord> found =
        credits.entries(account(account), page.after().orElse(Long.MAX_VALUE), page.limit());
    return new LedgerPage(found, page.next(found, CreditEntryRecord::entry));
  }

  @GET
  @Path("credits/accounts/{account}/grants")
  @Operation(summary = "The grants of an account, the newest first")
  public GrantPage grantsOfAccount(
      @PathParam("account") String account,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredGrant> found =
        credits.grants(account(account), page.after().orElse(Long.MAX_VALUE), page.limit());
    return new GrantPage(found, page.next(found, StoredGrant::number));
  }

  private static CreditAccount account(String text) {
    return RequestValues.parsed("account", CreditAccount::of, text);
  }

  private static long grantNumber(String text) {
    return RequestValues.within("grant", text, 1, Long.MAX_VALUE);
  }

  /** The name of an item in its place. */
  private static String place(String after) {
    return CreditAccount.of(after).name();
  }
}
