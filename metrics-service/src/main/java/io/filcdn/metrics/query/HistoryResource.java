package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.metrics.series.Dimension;
import io.filcdn.metrics.series.Sums;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BadRequestException;
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
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What was served when, to whom, and from where, over HTTP. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "History", description = "Hours and days, along one dimension at a time")
public class HistoryResource {

  private static final Duration LONGEST_IN_HOURS = Duration.ofDays(31);
  private static final Duration LONGEST_IN_DAYS = Duration.ofDays(1100);
  private static final int MOST_DAYS = 90;

  private final History history;
  private final Network network;
  private final Clock clock;

  public HistoryResource(History history, Network network, Clock clock) {
    this.history = history;
    this.network = network;
    this.clock = clock;
  }

  /** What was served in the hour or day that begins at {@code from}. */
  public record Point(Instant from, Served served) {}

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
    Instant end = to.map(text -> instant("to", text)).orElse(clock.instant().plusSeconds(1));
    Instant usual = daily ? end.minus(30, ChronoUnit.DAYS) : end.minus(1, ChronoUnit.DAYS);
    Instant start = from.map(text -> instant("from", text)).orElse(usual);
    Duration longest = daily ? LONGEST_IN_DAYS : LONGEST_IN_HOURS;
    if (!start.isBefore(end) || Duration.between(start, end).compareTo(longest) > 0) {
      throw new BadRequestException(
          "expected from before to, at most %d days apart by %s, found %s and %s"
              .formatted(longest.toDays(), by, start, end));
    }
    return history.points(known, value(known, value), daily, start, end).stream()
        .map(point -> new Point(point.from(), Served.of(point.sums())))
        .toList();
  }

  /** One of the largest values of a dimension. */
  public record Ranked(String value, Served served) {}

  @GET
  @Path("top/{dimension}")
  @Operation(summary = "The values with most egress in the last days; a minute old at most")
  @APIResponse(responseCode = "200", description = "The largest first")
  @APIResponse(responseCode = "400", description = "What was expected and what was found")
  public List<Ranked> top(
      @PathParam("dimension") String dimension,
      @QueryParam("days") @DefaultValue("7") int days,
      @QueryParam("limit") @DefaultValue("10") int limit) {
    return history.top(dimension(dimension), within("days", days, MOST_DAYS)).stream()
        .limit(within("limit", limit, History.MOST_RANKED))
        .map(ranked -> new Ranked(ranked.value(), Served.of(ranked.sums())))
        .toList();
  }

  /**
   * All that was served in some days.
   *
   * @param hitRatio the part of egress that no provider supplied for; 0 where there was none
   */
  public record Total(int days, Served served, double hitRatio) {}

  @GET
  @Path("totals")
  @Operation(summary = "All that was served in the last days, and how much of it from the cache")
  public Total totals(@QueryParam("days") @DefaultValue("7") int days) {
    Sums sums =
        history.top(Dimension.TOTAL, within("days", days, MOST_DAYS)).stream()
            .map(ranked -> ranked.sums())
            .reduce(Sums.NONE, Sums::plus);
    long hits =
        history.top(Dimension.OUTCOME, days).stream()
            .filter(ranked -> !ranked.value().equals("miss"))
            .mapToLong(ranked -> ranked.sums().cdnBytes())
            .sum();
    double ratio = sums.cdnBytes() == 0 ? 0 : (double) hits / sums.cdnBytes();
    return new Total(days, Served.of(sums), ratio);
  }

  private static int within(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new BadRequestException(
          "expected %s of 1 to %d, found %d".formatted(name, most, value));
    }
    return value;
  }

  private static boolean daily(String by) {
    return switch (by) {
      case "day" -> true;
      case "hour" -> false;
      default -> throw new BadRequestException("expected by=hour or by=day, found " + by);
    };
  }

  private static Dimension dimension(String text) {
    try {
      return Dimension.of(text);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(e.getMessage());
    }
  }

  /** As series spell it. */
  private String value(Dimension dimension, String text) {
    try {
      return switch (dimension) {
        case DATA_SET -> DataSetId.of(text, network.generation()).toString();
        case PAYER -> Address.of(text).hex();
        case PROVIDER ->
            text.indexOf('/') < 0
                ? ProviderId.of(network.generation() + "/" + text).toString()
                : ProviderId.of(text).toString();
        case TOTAL, COUNTRY, EDGE, OUTCOME -> text;
      };
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(e.getMessage());
    }
  }

  private static Instant instant(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new BadRequestException(
          "expected %s as a time like 2026-11-21T12:00:00Z, found %s".formatted(name, text));
    }
  }
}
