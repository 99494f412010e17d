package io.filcdn.indexer.hint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.service.problem.HttpProblem;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.jboss.logging.Logger;

/**
 * The webhooks of Goldsky pipelines. A row is only a hint that its block is worth reading now: what
 * it says never reaches the index, so that wrong, repeated and reordered ones do no harm.
 */
@Path("/")
@SecurityScheme(
    securitySchemeName = "webhookSecret",
    type = SecuritySchemeType.APIKEY,
    in = SecuritySchemeIn.HEADER,
    apiKeyName = "X-Webhook-Secret",
    description = "The configured secret; another header can be configured")
@SecurityRequirement(name = "webhookSecret")
@RunOnVirtualThread
public class WebhookResource {

  private static final Logger LOG = Logger.getLogger(WebhookResource.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final WebhookSecret secret;
  private final HintListener listener;
  private final MeterRegistry metrics;

  WebhookResource(WebhookSecret secret, HintListener listener, MeterRegistry metrics) {
    this.secret = secret;
    this.listener = listener;
    this.metrics = metrics;
  }

  @POST
  @Path("/fwss/{event}")
  @Operation(summary = "A hint that FWSS wrote an event; needs the webhook secret")
  public Response fwss(String event, @Context HttpHeaders headers, String row) {
    return hint("fwss/" + event, headers, row);
  }

  @POST
  @Path("/pdp-verifier/{event}")
  @Operation(summary = "A hint that PDPVerifier wrote an event; needs the webhook secret")
  public Response pdpVerifier(String event, @Context HttpHeaders headers, String row) {
    return hint("pdp-verifier/" + event, headers, row);
  }

  @POST
  @Path("/service-provider-registry/{event}")
  @Operation(summary = "A hint that the registry wrote an event; needs the webhook secret")
  public Response registry(String event, @Context HttpHeaders headers, String row) {
    return hint("service-provider-registry/" + event, headers, row);
  }

  @POST
  @Path("/filbeam-operator/{event}")
  @Operation(summary = "A hint that the operator wrote an event; needs the webhook secret")
  public Response operator(String event, @Context HttpHeaders headers, String row) {
    return hint("filbeam-operator/" + event, headers, row);
  }

  private Response hint(String path, HttpHeaders headers, String row) {
    if (!secret.isIn(headers.getHeaderString(secret.header()))) {
      count("unauthorized");
      throw new NotAuthorizedException(
          "expected the webhook secret in the header " + secret.header(),
          "Header name=\"" + secret.header() + "\"");
    }
    Webhook webhook =
        Webhook.find(path)
            .orElseThrow(() -> HttpProblem.unknown("path", "no webhook is at " + path));
    try {
      Optional<BlockNumber> block = webhook.read(read(row));
      listener.hint(block);
      count("accepted");
      LOG.debugf("webhook %s: block %s", path, block.map(BlockNumber::toString).orElse("none"));
      return Response.ok().build();
    } catch (IllegalArgumentException e) {
      count("malformed");
      throw HttpProblem.malformed("row", String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("expected JSON: " + e.getOriginalMessage(), e);
    }
  }

  private void count(String outcome) {
    metrics.counter("filcdn.indexer.webhooks", "outcome", outcome).increment();
  }
}
