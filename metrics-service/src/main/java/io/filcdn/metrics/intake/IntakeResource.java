package io.filcdn.metrics.intake;

import io.filcdn.metrics.intake.LostRecordDetector.LostTotals;
import io.filcdn.metrics.intake.PostgresJournals.Backlog;
import io.filcdn.metrics.query.KeptAnswer;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.TopicFollower;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The state of reading topics, over HTTP. */
@Path("/api/v1/intake")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "System", description = "How this deployment is doing")
public class IntakeResource {

  private final String process = UUID.randomUUID().toString().substring(0, 8);
  private final TopicFollowers followers;
  private final KeptAnswer<Backlog> parked;
  private final KeptAnswer<LostTotals> lost;

  public IntakeResource(TopicFollowers followers, Database database) {
    this.followers = followers;
    parked = new KeptAnswer<>(() -> database.call(new PostgresJournals()::backlog));
    lost = new KeptAnswer<>(() -> database.call(new PostgresProgress()::lostTotals));
  }

  /**
   * The reading of a topic.
   *
   * @param partitions that this process reads; 0 where others read all
   * @param lag records that are not applied, of those partitions
   * @param failing whether a batch failed and is read again
   */
  public record Reading(String topic, BigInteger partitions, BigInteger lag, boolean failing) {}

  /** Journals, and records of theirs. */
  public record Journals(BigInteger journals, BigInteger records) {}

  /**
   * The state of reading topics.
   *
   * @param process a name that the process which answers drew when it started: another one reads
   *     other partitions
   * @param parked records that wait for one before them
   * @param lost records that Kafka acknowledged and does not have
   */
  public record Intake(String process, List<Reading> topics, Journals parked, Journals lost) {}

  @GET
  @Operation(summary = "How far topics are read, and which records wait or are lost")
  @APIResponse(responseCode = "200", description = "Counts are decimal texts")
  public Intake intake() {
    Backlog waiting = parked.get();
    LostTotals missing = lost.get();
    return new Intake(
        process,
        followers.all().stream().map(IntakeResource::reading).toList(),
        journals(waiting.journals(), waiting.records()),
        journals(missing.journals(), missing.records()));
  }

  private static Reading reading(TopicFollower follower) {
    return new Reading(
        follower.topic(),
        BigInteger.valueOf(follower.partitions()),
        BigInteger.valueOf(follower.lag()),
        follower.trouble().isPresent());
  }

  private static Journals journals(long journals, long records) {
    return new Journals(BigInteger.valueOf(journals), BigInteger.valueOf(records));
  }
}
