package io.filcdn.metrics.leases;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.identity.RequestSignature;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.metrics.identity.AuthenticationFailure;
import io.filcdn.metrics.identity.EdgeAuthentication;
import io.filcdn.metrics.identity.EdgeAuthentication.Caller;
import io.filcdn.metrics.identity.PostgresEdgeStatuses;
import io.filcdn.metrics.intake.LostRecordDetector;
import io.filcdn.metrics.json.PostgresSafeJson;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.LeaseDesk.Reply;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.problem.HttpProblem;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP resource where edges lease quota: the contract of {@link io.filcdn.common.lease}. On
 * threads of the system, as a virtual one that waits for Postgres is woken by way of two others,
 * and a client waits here.
 */
@Path("/")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@SecurityScheme(
    securitySchemeName = "edgeSignature",
    type = SecuritySchemeType.APIKEY,
    in = SecuritySchemeIn.HEADER,
    apiKeyName = "Authorization",
    description = "A signature of the edge's key, of the scheme FilCDN-Edge")
@SecurityRequirement(name = "edgeSignature")
@Tag(name = "Leases", description = "For edges: each signs its requests with its own key")
public class LeaseResource {

  private static final Logger LOG = Logger.getLogger(LeaseResource.class);

  private final EdgeAuthentication authentication;
  private final LeaseDesk desk;
  private final LostRecordDetector lostRecords;
  private final Database database;
  private final PostgresEdgeStatuses statuses = new PostgresEdgeStatuses();
  private final MeterRegistry metrics;
  private final Timer requests;

  public LeaseResource(
      EdgeAuthentication authentication,
      LeaseDesk desk,
      LostRecordDetector lostRecords,
      Database database,
      MeterRegistry metrics) {
    this.authentication = authentication;
    this.desk = desk;
    this.lostRecords = lostRecords;
    this.database = database;
    this.metrics = metrics;
    this.requests = metrics.timer("filcdn.leases.requests");
  }

  /** The work of a call for the edge that makes it. */
  private interface Call<Q, A> {
    Reply<A> by(Caller.Edge edge, Q request);
  }

  @POST
  @Path(LeaseRequest.PATH)
  @Operation(summary = "Acquires, renews and returns quota, all as sums")
  public Response lease(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, String body) {
    return answer(authorization, LeaseRequest.PATH, body, LeaseRequest.class, this::lease);
  }

  private Reply<LeaseAnswer> lease(Caller.Edge edge, LeaseRequest request) {
    if (!request.edge().equals(edge.name())) {
      return new Reply.ForeignJournal<>();
    }
    return requireNonNull(requests.record(() -> desk.lease(request, edge.at())));
  }

  @POST
  @Path(JournalProgress.PATH)
  @Operation(summary = "Tells how much of a journal Kafka has, so that what it loses is noticed")
  public Response progress(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, String body) {
    return answer(authorization, JournalProgress.PATH, body, JournalProgress.class, this::progress);
  }

  private Reply<JournalProgress.Answer> progress(Caller.Edge edge, JournalProgress progress) {
    if (!progress.edge().equals(edge.name()) || desk.isForeign(progress.journal(), edge.name())) {
      return new Reply.ForeignJournal<>();
    }
    return new Reply.Done<>(new JournalProgress.Answer(lostRecords.report(progress)));
  }

  @POST
  @Path(JournalEnd.PATH)
  @Operation(summary = "Sets free what a journal holds, once all its records are applied")
  public Response end(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, String body) {
    return answer(authorization, JournalEnd.PATH, body, JournalEnd.class, this::end);
  }

  private Reply<JournalEnd.Answer> end(Caller.Edge edge, JournalEnd end) {
    JournalProgress all = new JournalProgress(end.journal(), edge.name(), end.sequences());
    return progress(edge, all) instanceof Reply.Done
        ? desk.end(end, edge.name())
        : new Reply.ForeignJournal<>();
  }

  @POST
  @Path(EdgeStatus.PATH)
  @Operation(summary = "Tells how full an edge's cache is, for people who look at it")
  public Response status(
      @Nullable @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization, String body) {
    return answer(authorization, EdgeStatus.PATH, body, EdgeStatus.class, this::status);
  }

  private Reply<EdgeStatus.Answer> status(Caller.Edge edge, EdgeStatus status) {
    if (!status.edge().equals(edge.name())) {
      return new Reply.ForeignJournal<>();
    }
    boolean taken = database.call(connection -> statuses.keep(connection, status, edge.at()));
    return new Reply.Done<>(new EdgeStatus.Answer(taken));
  }

  private <Q, A> Response answer(
      @Nullable String authorization, String path, String body, Class<Q> type, Call<Q, A> call) {
    return switch (authentication.authenticate(authorization, path, body)) {
      case Caller.Unauthenticated(String reason, String message) ->
          Response.fromResponse(refused(401, reason, message))
              .header(HttpHeaders.WWW_AUTHENTICATE, RequestSignature.SCHEME)
              .build();
      case Caller.Edge edge -> {
        try {
          yield replied(call.by(edge, PostgresSafeJson.read(body, type)));
        } catch (IllegalArgumentException e) {
          yield HttpProblem.of(400, "request-malformed", String.valueOf(e.getMessage())).response();
        } catch (DatabaseException e) {
          yield HttpProblem.of(
                  503, "database-unavailable", "the database does not answer; ask again")
              .response();
        }
      }
    };
  }

  private <A> Response replied(Reply<A> reply) {
    return switch (reply) {
      case Reply.Done<A>(A answer) -> Response.ok(RecordJson.write(answer)).build();
      case Reply.ForeignJournal<A> _ ->
          refused(
              403,
              AuthenticationFailure.FOREIGN_JOURNAL.code(),
              "expected the name and a journal of the edge that signed, found another edge's");
      case Reply.Outdated<A> _ ->
          refused(
              409,
              "outdated",
              "expected a request signed later than the journal's last one, found an earlier one");
    };
  }

  private Response refused(int status, String reason, String message) {
    metrics.counter("filcdn.leases.refused", "reason", reason).increment();
    LOG.warnf("a request of an edge is refused with %d (%s): %s", status, reason, message);
    return HttpProblem.of(status, reason, message).response();
  }
}
