package io.filcdn.indexer.hint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.common.chain.BlockNumber;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.logging.Logger;

/**
 * The webhooks of Goldsky pipelines. A row is only a hint that its block is worth reading now: what
 * it says never reaches the index, so that wrong, repeated and reordered ones do no harm.
 */
@Path("/{source:fwss|pdp-verifier|service-provider-registry|filbeam-operator}/{event}")
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
  @Operation(summary = "A hint that the chain holds something new; needs the webhook secret")
  public Response hint(
      @PathParam("source") String source,
      @PathParam("event") String event,
      @Context HttpHeaders headers,
      String body) {
    if (!secret.isIn(headers.getHeaderString(secret.header()))) {
      count("unauthorized");
      throw new NotAuthorizedException(
          "expected the webhook secret in the header " + secret.header(),
          "Header name=\"" + secret.header() + "\"");
    }
    Webhook webhook =
        Webhook.find(source + "/" + event)
            .orElseThrow(() -> new NotFoundException("no webhook is at " + source + "/" + event));
    try {
      Optional<BlockNumber> block = webhook.read(read(body));
      listener.hint(block);
      count("accepted");
      LOG.debugf(
          "webhook %s: block %s", webhook.path(), block.map(BlockNumber::toString).orElse("none"));
      return Response.ok().build();
    } catch (IllegalArgumentException e) {
      count("malformed");
      throw new BadRequestException(e.getMessage(), e);
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
