package io.filcdn.metrics.admin;

import io.filcdn.common.lease.CapName;
import io.filcdn.metrics.accounts.JsonBody;
import io.filcdn.metrics.query.RequestValues;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.LeaseDesk.CapUse;
import io.filcdn.metrics.quota.LeaseDesk.Correction;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import java.math.BigInteger;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The calls by which operators see and correct what counts as used of caps. */
@Path("/api/v1/admin/caps")
@OperatorsOnly
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Admin", description = "For operators: the admin token is the bearer token")
public class CapAdminResource {

  private final LeaseDesk desk;

  public CapAdminResource(LeaseDesk desk) {
    this.desk = desk;
  }

  /**
   * The use of a cap.
   *
   * @param cap its name
   * @param used bytes that count as used
   * @param held bytes that edges' journals hold
   */
  public record Use(String cap, BigInteger used, BigInteger held) {

    private static Use of(CapName cap, CapUse use) {
      return new Use(cap.text(), BigInteger.valueOf(use.used()), BigInteger.valueOf(use.held()));
    }
  }

  @GET
  @Operation(summary = "What counts as used of a cap of a policy or a signed token, and is held")
  public Use use(@QueryParam("cap") @DefaultValue("") String text) {
    CapName cap = RequestValues.parsed("cap", CapName::of, text);
    return desk.use(cap).map(use -> Use.of(cap, use)).orElseThrow(CapAdminResource::unknown);
  }

  /**
   * A correction of what counts as used.
   *
   * @param cap its name, such as {@code cap/policy/fwss/12/all/2026-11-30}
   * @param change the bytes to add, or with a minus to take off
   * @param why that is right; kept in the audit
   */
  public record CapCorrection(
      @Nullable String cap, @Nullable String change, @Nullable String why) {}

  @POST
  @Path("corrections")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary =
          "Adds to what counts as used of a cap, or takes off, such as what a lost edge held; each"
              + " call does so anew")
  public Use correct(String body) {
    CapCorrection correction = JsonBody.read("correction", body, CapCorrection.class);
    String why = Objects.requireNonNullElse(correction.why(), "");
    RequestValues.requireWhy(why, "expected why in text, found none");
    CapName cap =
        RequestValues.parsed("cap", CapName::of, Objects.requireNonNullElse(correction.cap(), ""));
    long change =
        RequestValues.within(
            "change",
            Objects.requireNonNullElse(correction.change(), ""),
            -Long.MAX_VALUE,
            Long.MAX_VALUE);
    return switch (desk.correct(cap, change, why)) {
      case Correction.Done(CapUse use) -> Use.of(cap, use);
      case Correction.Impossible(CapUse use) ->
          throw HttpProblem.of(
                  409,
                  "conflict",
                  "expected a change that leaves a number of bytes, found one of %d where %d count as used"
                      .formatted(change, use.used()))
              .exception();
      case Correction.Unknown _ -> throw unknown();
    };
  }

  private static WebApplicationException unknown() {
    return HttpProblem.unknown("cap", "expected a cap that was leased, found another");
  }
}
