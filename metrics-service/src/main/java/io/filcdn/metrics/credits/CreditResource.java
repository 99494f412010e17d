package io.filcdn.metrics.credits;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditEntryRecord;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.metrics.accounts.Accounts;
import io.filcdn.metrics.accounts.JsonBody;
import io.filcdn.metrics.accounts.PrivateAnswer;
import io.filcdn.metrics.credits.AccountCredit.KindBalance;
import io.filcdn.metrics.credits.CreditScope.Action;
import io.filcdn.metrics.json.PostgresSafeJson;
import io.filcdn.metrics.query.RequestValues;
import io.filcdn.service.auth.BearerToken;
import io.filcdn.service.paging.Page;
import io.filcdn.service.problem.HttpProblem;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP resource of credit: where services reserve, use and grant it, and where they and payers
 * look at it. On threads of the system, as leases are: a client waits here.
 */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@SecurityScheme(
    securitySchemeName = "serviceToken",
    type = SecuritySchemeType.HTTP,
    scheme = "bearer",
    description = "The token of a service, which an operator makes")
@Tag(name = "Credits", description = "For gateways, and for payers: credit for bytes")
public class CreditResource {

  private static final int MOST = 1000;

  /** Of a call with the most operations, each with the longest id. */
  private static final int LONGEST_CALL = 1 << 19;

  private final Credits credits;
  private final Accounts accounts;
  private final MeterRegistry metrics;
  private final Timer calls;

  public CreditResource(Credits credits, Accounts accounts, MeterRegistry metrics) {
    this.credits = credits;
    this.accounts = accounts;
    this.metrics = metrics;
    this.calls = metrics.timer("filcdn.credits.calls");
  }

  @POST
  @Path("credits/operations")
  @Consumes(MediaType.APPLICATION_JSON)
  @SecurityRequirement(name = "serviceToken")
  @Operation(
      summary = "Reserves credit, commits what was used, and voids reservations",
      description =
          "Done in order and stored together; each has its own result. Safe to send again")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = OperationCall.class)))
  @APIResponse(responseCode = "200", description = "A result for each, also where it is refused")
  public OperationAnswer performOperations(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, String body) {
    CreditService service = service(authorization);
    List<CreditOperation> operations = operations(body);
    List<OperationResult> results =
        requireNonNull(calls.record(() -> credits.desk().perform(service, operations)));
    List<OperationAnswer.Result> answers = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      count(results.get(i));
      answers.add(OperationAnswer.Result.of(operations.get(i).id(), results.get(i)));
    }
    return new OperationAnswer(answers);
  }

  private void count(OperationResult result) {
    if (result instanceof OperationResult.Refused(CreditRefusal reason, var _)) {
      metrics.counter("filcdn.credits.refused", "reason", reason.problem().code()).increment();
    }
  }

  private List<CreditOperation> operations(String body) {
    if (body.length() > LONGEST_CALL) {
      throw HttpProblem.of(
              413,
              "request-too-large",
              "expected a body of at most %d characters, found %d"
                  .formatted(LONGEST_CALL, body.length()))
          .exception();
    }
    return HttpProblem.parsed(
        "operations",
        () ->
            PostgresSafeJson.readStrictly(body, OperationCall.class).operations().stream()
                .map(operation -> operation.operation(credits.longestReservation()))
                .toList());
  }

  @POST
  @Path("credits/grants")
  @Consumes(MediaType.APPLICATION_JSON)
  @SecurityRequirement(name = "serviceToken")
  @Operation(summary = "Gives an account credit, once for each id and payment")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = NewGrant.class)))
  @APIResponse(responseCode = "200", description = "The grant, also where it was given before")
  @APIResponse(responseCode = "409", description = "The id or the payment is another grant's")
  public StoredGrant giveGrant(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, String body) {
    CreditService service = service(authorization);
    NewGrant wanted = JsonBody.read("grant", body, NewGrant.class);
    if (!service.may(Action.GRANT, wanted.kind())) {
      throw CreditRefusal.SCOPE_MISSING.problem().exception();
    }
    return done(credits.grantDesk().grant(service.name(), wanted));
  }

  @GET
  @Path("accounts/{account}/credits")
  @SecurityRequirement(name = "serviceToken")
  @SecurityRequirement(name = "payerToken")
  @Operation(summary = "All that an account has: what is available, held and used of each kind")
  @APIResponse(responseCode = "200", description = "Zeros where nobody has heard of the account")
  public RestResponse<AccountCredit> accountCredits(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("account") String account) {
    Reader reader = reader(authorization, account);
    AccountCredit all = credits.account(reader.account);
    List<KindBalance> seen =
        all.balances().stream().filter(balance -> reader.kinds.contains(balance.kind())).toList();
    return PrivateAnswer.ok(new AccountCredit(all.account(), seen, all.onChain()));
  }

  /**
   * A page of the ledger.
   *
   * @param next what to give as {@code after} for older ones; absent on the last page
   */
  @JsonInclude(Include.NON_ABSENT)
  public record LedgerPage(List<CreditEntryRecord> entries, Optional<Long> next) {}

  @GET
  @Path("accounts/{account}/credits/ledger")
  @SecurityRequirement(name = "serviceToken")
  @SecurityRequirement(name = "payerToken")
  @Operation(summary = "The entries of an account, the newest first")
  @APIResponse(responseCode = "200", description = "Of the kinds that the caller may see")
  public RestResponse<LedgerPage> accountLedger(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("account") String account,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Reader reader = reader(authorization, account);
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<CreditEntryRecord> found =
        credits.entries(reader.account, page.after().orElse(Long.MAX_VALUE), page.limit());
    return PrivateAnswer.ok(
        new LedgerPage(
            found.stream().filter(entry -> reader.kinds.contains(entry.kind())).toList(),
            page.next(found, CreditEntryRecord::entry)));
  }

  /**
   * A page of grants.
   *
   * @param next what to give as {@code after} for older ones; absent on the last page
   */
  @JsonInclude(Include.NON_ABSENT)
  public record GrantPage(List<StoredGrant> grants, Optional<Long> next) {}

  @GET
  @Path("accounts/{account}/credits/grants")
  @SecurityRequirement(name = "serviceToken")
  @SecurityRequirement(name = "payerToken")
  @Operation(summary = "The grants of an account, the newest first")
  @APIResponse(responseCode = "200", description = "Of the kinds that the caller may see")
  public RestResponse<GrantPage> accountGrants(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("account") String account,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Reader reader = reader(authorization, account);
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredGrant> found =
        credits.grants(reader.account, page.after().orElse(Long.MAX_VALUE), page.limit());
    return PrivateAnswer.ok(
        new GrantPage(
            found.stream().filter(grant -> reader.kinds.contains(grant.kind())).toList(),
            page.next(found, StoredGrant::number)));
  }

  /** A caller who may look at an account, at some kinds of its credit. */
  private record Reader(CreditAccount account, Set<CreditKind> kinds) {}

  private Reader reader(@Nullable String authorization, String text) {
    Optional<CreditService> service = credits.services().authenticate(authorization);
    Optional<CreditAccount> payer =
        service.isPresent()
            ? Optional.empty()
            : accounts.callers().payer(authorization).map(CreditAccount::of);
    if (service.isEmpty() && payer.isEmpty()) {
      throw unauthorized();
    }
    CreditAccount account = RequestValues.parsed("account", CreditAccount::of, text);
    Set<CreditKind> kinds =
        Arrays.stream(CreditKind.values())
            .filter(kind -> service.map(known -> known.may(Action.READ, kind)).orElse(true))
            .collect(Collectors.toSet());
    if (kinds.isEmpty()) {
      throw CreditRefusal.SCOPE_MISSING.problem().exception();
    }
    if (payer.filter(own -> !own.equals(account)).isPresent()) {
      throw CreditRefusal.ACCOUNT_FOREIGN.problem().exception();
    }
    return new Reader(account, kinds);
  }

  private CreditService service(@Nullable String authorization) {
    return credits.services().authenticate(authorization).orElseThrow(CreditResource::unauthorized);
  }

  /**
   * The grant that a call came to.
   *
   * @throws WebApplicationException the problem, where it was refused
   */
  public static StoredGrant done(GrantDesk.Outcome outcome) {
    return switch (outcome) {
      case GrantDesk.Outcome.Done(StoredGrant grant) -> grant;
      case GrantDesk.Outcome.Refused(CreditRefusal reason) -> throw reason.problem().exception();
    };
  }

  private static WebApplicationException unauthorized() {
    return BearerToken.unauthorized(
        "expected the token of a service, or for reading that of a payer, as Authorization:"
            + " Bearer, found none that is good");
  }
}
