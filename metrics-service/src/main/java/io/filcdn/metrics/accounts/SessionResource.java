package io.filcdn.metrics.accounts;

import io.filcdn.common.chain.Address;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The HTTP resource where payers sign in with their wallets, and out. */
@Path("/api/v1/sessions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Sessions", description = "For payers: the sign-in with a wallet (EIP-4361)")
public class SessionResource {

  private final Accounts accounts;

  public SessionResource(Accounts accounts) {
    this.accounts = accounts;
  }

  @POST
  @Path("nonce")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Gives a nonce, and what else a message to be signed has to say")
  @APIResponse(responseCode = "200", description = "Good for one sign-in, until it expires")
  public RestResponse<SignIn.Challenge> challenge() {
    SignIn.Challenge challenge =
        accounts.signIn().challenge().orElseThrow(() -> SignInRefusal.OFF.problem().exception());
    return PrivateAnswer.ok(challenge);
  }

  /**
   * A message and its signature.
   *
   * @param message as EIP-4361 has it
   * @param signature of {@code personal_sign}: 0x and 130 hex digits
   */
  public record SignedMessage(String message, String signature) {

    public SignedMessage {
      if (isMissing(message) || isMissing(signature)) {
        throw new IllegalArgumentException("expected a message and a signature, found one missing");
      }
    }

    private static boolean isMissing(@Nullable String text) {
      return text == null;
    }
  }

  /**
   * A session.
   *
   * @param token for {@code Authorization: Bearer}; a secret
   */
  public record Session(String token, Address payer, Instant expires) {}

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Signs a payer in")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = SignedMessage.class)))
  @APIResponse(responseCode = "201", description = "The token of the payer's session")
  @APIResponse(responseCode = "401", description = "What of the message or signature is wrong")
  @APIResponse(responseCode = "403", description = "The wallet pays for no data set")
  @APIResponse(responseCode = "429", description = "Too many attempts of late")
  public RestResponse<Session> signIn(@Context HttpServerRequest request, String body) {
    if (!accounts.countAttempt(request)) {
      throw SignInRefusal.TOO_MANY.problem().exception();
    }
    SignedMessage signed = JsonBody.read("session", body, SignedMessage.class);
    return switch (accounts.signIn().signIn(signed.message(), signed.signature())) {
      case SignIn.Outcome.SignedIn(String token, Address payer, Instant expires) ->
          PrivateAnswer.created(new Session(token, payer, expires));
      case SignIn.Outcome.Refused(SignInRefusal reason) -> throw reason.problem().exception();
    };
  }

  @DELETE
  @SecurityRequirement(name = "payerToken")
  @Operation(summary = "Ends the session whose token the call carries")
  @APIResponse(responseCode = "204", description = "There is no such session any more")
  public void signOut(@Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    if (!accounts.callers().signOut(authorization)) {
      throw KeyResource.unauthorized();
    }
  }
}
