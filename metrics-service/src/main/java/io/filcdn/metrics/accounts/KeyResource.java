package io.filcdn.metrics.accounts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.chain.Address;
import io.filcdn.metrics.query.RequestValues;
import io.filcdn.service.auth.BearerToken;
import io.filcdn.service.paging.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
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
import java.util.List;
import java.util.Optional;
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

/** The HTTP resource of a payer's keys. */
@Path("/api/v1/keys")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@SecurityScheme(
    securitySchemeName = "payerToken",
    type = SecuritySchemeType.HTTP,
    scheme = "bearer",
    description = "The token of a session, or a key with the scope admin")
@SecurityRequirement(name = "payerToken")
@Tag(name = "Keys", description = "For payers: who may use what they pay for, up to what")
public class KeyResource {

  private static final int MOST = 1000;
  private static final String EMPTY = "{}";

  private final Accounts accounts;

  public KeyResource(Accounts accounts) {
    this.accounts = accounts;
  }

  /**
   * A key with its newest secret, which is shown this once.
   *
   * @param key the whole key; a secret
   */
  public record IssuedKey(String key, KeyView details) {}

  /**
   * A page of keys.
   *
   * @param next what to give as {@code after} for older ones; absent on the last page
   */
  @JsonInclude(Include.NON_ABSENT)
  public record KeyPage(List<KeyView> keys, Optional<Long> next) {}

  @GET
  @Operation(summary = "The payer's keys, the newest first")
  @APIResponse(responseCode = "200", description = "Those included that ended of late")
  public RestResponse<KeyPage> listKeys(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Address payer = payer(authorization);
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredKey> found =
        accounts.keys().list(payer, page.after().orElse(Long.MAX_VALUE), page.limit());
    return PrivateAnswer.ok(
        new KeyPage(accounts.keys().views(found), page.next(found, StoredKey::number)));
  }

  @GET
  @Path("{id}")
  @Operation(summary = "One of the payer's keys")
  @APIResponse(responseCode = "200", description = "Without its secrets")
  @APIResponse(responseCode = "404", description = "The payer has no such key")
  public RestResponse<KeyView> key(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("id") String id) {
    Address payer = payer(authorization);
    return accounts
        .keys()
        .find(payer, id(id))
        .map(found -> PrivateAnswer.ok(accounts.keys().view(found)))
        .orElseThrow(() -> KeyRefusal.KEY_UNKNOWN.problem().exception());
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Makes a key, and shows it once")
  @RequestBody(required = true, content = @Content(schema = @Schema(implementation = NewKey.class)))
  @APIResponse(responseCode = "201", description = "The key: nobody can show it again")
  @APIResponse(responseCode = "409", description = "The name is taken, or there are too many keys")
  public RestResponse<IssuedKey> makeKey(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, String body) {
    Address payer = payer(authorization);
    NewKey wanted = JsonBody.read("key", body, NewKey::read);
    return issued(accounts.keys().make(payer, wanted));
  }

  @POST
  @Path("{id}/rotate")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Gives a key another secret, and shows it once",
      description = "The secrets before it are good for the overlap; an hour where none is given")
  @RequestBody(content = @Content(schema = @Schema(implementation = Rotation.class)))
  @APIResponse(responseCode = "201", description = "The key: nobody can show it again")
  @APIResponse(responseCode = "409", description = "The key has ended, or has too many secrets")
  public RestResponse<IssuedKey> rotateKey(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("id") String id,
      String body) {
    Address payer = payer(authorization);
    Rotation rotation = JsonBody.read("rotation", body.isBlank() ? EMPTY : body, Rotation.class);
    return issued(accounts.keys().rotate(payer, id(id), rotation));
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Takes a key back, for ever; again is no error")
  @APIResponse(responseCode = "204", description = "Kafka hears of it within seconds")
  @APIResponse(responseCode = "404", description = "The payer has no such key")
  public void revokeKey(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("id") String id) {
    Address payer = payer(authorization);
    if (!accounts.keys().revoke(payer, id(id))) {
      throw KeyRefusal.KEY_UNKNOWN.problem().exception();
    }
  }

  private static RestResponse<IssuedKey> issued(KeyDesk.Outcome outcome) {
    return switch (outcome) {
      case KeyDesk.Outcome.Issued(AccessKey key, KeyView view) ->
          PrivateAnswer.created(new IssuedKey(key.text(), view));
      case KeyDesk.Outcome.Refused(KeyRefusal reason) -> throw reason.problem().exception();
    };
  }

  private Address payer(@Nullable String authorization) {
    return accounts.callers().payer(authorization).orElseThrow(KeyResource::unauthorized);
  }

  private static KeyId id(String text) {
    return RequestValues.parsed("key-id", KeyId::of, text);
  }

  /** A problem: the call carries no token that is good. */
  public static WebApplicationException unauthorized() {
    return BearerToken.unauthorized(
        "expected the token of a session, or a key with the scope admin, as Authorization: Bearer,"
            + " found none that is good");
  }
}
