package io.filcdn.metrics;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.metrics.store.Database.DatabaseException;
import io.filcdn.metrics.store.StorableJson;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Where edges lease quota: the contract of {@link io.filcdn.common.lease}. On threads of the
 * system, as a virtual one that waits for Postgres is woken by way of two others, and a client
 * waits here.
 */
@Path("/")
@ForEdges
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Leases", description = "For edges: the lease secret is the bearer token")
public class LeaseResource {

  private final MetricsService service;
  private final Timer requests;

  LeaseResource(MetricsService service, MeterRegistry metrics) {
    this.service = service;
    this.requests = metrics.timer("filcdn.leases.requests");
  }

  @POST
  @Path(LeaseRequest.PATH)
  @Operation(summary = "Acquires, renews and returns quota, all as sums")
  public Response lease(String body) {
    return answer(body, LeaseRequest.class, this::lease);
  }

  private LeaseAnswer lease(LeaseRequest request) {
    return requireNonNull(requests.record(() -> service.leaseDesk().lease(request)));
  }

  @POST
  @Path(JournalProgress.PATH)
  @Operation(summary = "Tells how much of a journal Kafka has, so that what it loses is noticed")
  public Response progress(String body) {
    return answer(
        body,
        JournalProgress.class,
        progress -> new JournalProgress.Answer(service.lostTails().told(progress)));
  }

  @POST
  @Path(JournalEnd.PATH)
  @Operation(summary = "Sets free what a journal holds, once all its records are applied")
  public Response end(String body) {
    return answer(body, JournalEnd.class, this::end);
  }

  private JournalEnd.Answer end(JournalEnd end) {
    var _ = service.lostTails().told(new JournalProgress(end.journal(), "", end.sequences()));
    return new JournalEnd.Answer(service.leaseDesk().end(end));
  }

  private static <T> Response answer(String body, Class<T> type, Function<T, Object> answer) {
    T request;
    try {
      request = StorableJson.read(body, type);
    } catch (IllegalArgumentException e) {
      return text(400, "" + e.getMessage());
    }
    try {
      return Response.ok(RecordJson.write(answer.apply(request))).build();
    } catch (DatabaseException e) {
      return text(503, "the database does not answer; ask again");
    }
  }

  private static Response text(int status, String message) {
    return Response.status(status).type(MediaType.TEXT_PLAIN_TYPE).entity(message).build();
  }
}
