package io.filcdn.metrics.query;

import io.filcdn.common.network.Network;
import io.filcdn.metrics.odometer.PostgresOdometers.UnbilledSum;
import io.filcdn.metrics.series.Dimension;
import io.filcdn.metrics.series.Sums;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The history of what was served when, to whom, and from where, over HTTP. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "History", description = "Hours and days, along one dimension at a time")
public class HistoryResource {

  private static final Duration LONGEST_IN_HOURS = Duration.ofDays(31);
  private static final Duration LONGEST_IN_DAYS = Duration.ofDays(1100);
  private static final int MOST_DAYS = 90;

  private static final Pattern ALL = Pattern.compile("all");
  private static final Pattern COUNTRY = Pattern.compile("[A-Z0-9]{2}");
  private static final Pattern EDGE = Pattern.compile("[^\\p{Cntrl}\\p{Cs}\\p{Cn}]{1,200}");
  private static final Pattern OUTCOME = Pattern.compile("hit|miss|collapsed");

  private final History history;
  private final Network network;
  private final Clock clock;

  public HistoryResource(History history, Network network, Clock clock) {
    this.history = history;
    this.network = network;
    this.clock = clock;
  }

  /** The sums of the hour or day that begins at {@code from}. */
  public record Point(Instant from, ServedSums served) {}

  @GET
  @Path("series/{dimension}/{value: .+}")
  @Operation(
      summary = "What was served of one value by hour or day",
      description =
          "Dimensions: total (its one value is all), data-set, payer, provider, country, edge,"
              + " outcome. Hours or days without anything are left out.")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  @APIResponse(responseCode = "400", description = "What was expected and what was found")
  public List<Point> series(
      @PathParam("dimension") String dimension,
      @PathParam("value") String value,
      @QueryParam("by") @DefaultValue("day") String by,
      @QueryParam("from") Optional<String> from,
      @QueryParam("to") Optional<String> to) {
    boolean daily = daily(by);
    Dimension known = dimension(dimension);
    RequestValues.Times times =
        RequestValues.times(
            from,
            to,
            clock.instant(),
            daily ? Duration.ofDays(30) : Duration.ofDays(1),
            daily ? LONGEST_IN_DAYS : LONGEST_IN_HOURS);
    return history.points(known, value(known, value), daily, times.from(), times.to()).stream()
        .map(point -> new Point(point.from(), ServedSums.of(point.sums())))
        .toList();
  }

  /** One of the largest values of a dimension. */
  public record Ranked(String value, ServedSums served) {}

  @GET
  @Path("top/{dimension}")
  @Operation(summary = "The values with most egress in the last days; a minute old at most")
  @APIResponse(responseCode = "200", description = "The largest first")
  @APIResponse(responseCode = "400", description = "What was expected and what was found")
  public List<Ranked> top(
      @PathParam("dimension") String dimension,
      @QueryParam("days") @DefaultValue("7") String days,
      @QueryParam("limit") @DefaultValue("10") String limit) {
    Dimension known = dimension(dimension);
    long most = RequestValues.within("limit", limit, 1, History.MOST_RANKED);
    return history.top(known, days(days)).stream()
        .limit(most)
        .map(ranked -> new Ranked(ranked.value(), ServedSums.of(ranked.sums())))
        .toList();
  }

  /**
   * The sum of all that was served in some days.
   *
   * @param hitRatio the part of egress that no provider supplied for; 0 where there was none
   */
  public record Total(int days, ServedSums served, double hitRatio) {}

  @GET
  @Path("totals")
  @Operation(summary = "All that was served in the last days, and how much of it from the cache")
  public Total totals(@QueryParam("days") @DefaultValue("7") String text) {
    int days = days(text);
    Sums sums =
        history.top(Dimension.TOTAL, days).stream()
            .map(ranked -> ranked.sums())
            .reduce(Sums.NONE, Sums::plus);
    long hits =
        history.top(Dimension.OUTCOME, days).stream()
            .filter(ranked -> !ranked.value().equals("miss"))
            .mapToLong(ranked -> ranked.sums().cdnBytes())
            .sum();
    double ratio = sums.cdnBytes() == 0 ? 0 : (double) hits / sums.cdnBytes();
    return new Total(days, ServedSums.of(sums), ratio);
  }

  @GET
  @Path("unbilled")
  @Operation(summary = "What was served and is billed to nobody, by reason")
  @APIResponse(responseCode = "200", description = "Since the beginning")
  public List<UnbilledSum> unbilled() {
    return history.unbilled();
  }

  private static int days(String text) {
    return (int) RequestValues.within("days", text, 1, MOST_DAYS);
  }

  private static boolean daily(String by) {
    return switch (by) {
      case "day" -> true;
      case "hour" -> false;
      default -> throw RequestValues.refused("by", "by=hour or by=day", by);
    };
  }

  private static Dimension dimension(String text) {
    return RequestValues.parsed("dimension", Dimension::of, text);
  }

  /** As series spell it. */
  private String value(Dimension dimension, String text) {
    return switch (dimension) {
      case DATA_SET -> PathIds.dataSet(text, network).toString();
      case PAYER -> PathIds.payer(text).hex();
      case PROVIDER -> PathIds.provider(text, network).toString();
      case TOTAL -> RequestValues.formed("total", "all", ALL, text);
      case COUNTRY -> RequestValues.formed("country", "a country like DE", COUNTRY, text);
      case EDGE -> RequestValues.formed("edge", "the name of an edge", EDGE, text);
      case OUTCOME -> RequestValues.formed("outcome", "hit, miss or collapsed", OUTCOME, text);
    };
  }
}
