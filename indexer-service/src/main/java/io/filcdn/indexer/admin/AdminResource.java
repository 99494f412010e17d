package io.filcdn.indexer.admin;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.admin.OperationQueue.Operation;
import io.filcdn.indexer.health.Progress;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operator's API of the process that indexes. Both calls return at once; the log and {@code
 * /status} tell what came of them.
 */
@Path("/api/v1/admin")
@OperatorsOnly
@RunOnVirtualThread
public class AdminResource {

  private static final Set<Topic> INDEX =
      EnumSet.of(Topic.PLACEMENTS, Topic.DATA_SETS, Topic.PROVIDERS, Topic.PAYERS);

  private final OperationQueue operations;
  private final Progress progress;

  AdminResource(OperationQueue operations, Progress progress) {
    this.operations = operations;
    this.progress = progress;
  }

  @POST
  @Path("/republish")
  @org.eclipse.microprofile.openapi.annotations.Operation(
      summary = "Publish all that the index holds once more, on one topic or on all four")
  public Response republish(@QueryParam("topic") @Nullable String topic) {
    requireState(progress.now().state() != Progress.State.STANDBY, "the process that indexes");
    return accept(new Operation.Republish(topic == null ? INDEX : Set.of(topicNamed(topic))));
  }

  @POST
  @Path("/rewind")
  @org.eclipse.microprofile.openapi.annotations.Operation(
      summary = "Go on after the chain changed below finality, from a block before the change")
  public Response rewind(@QueryParam("block") @Nullable String text) {
    BlockNumber block = HttpProblem.parsed("block", () -> block(text));
    requireState(progress.now().state() == Progress.State.HALTED, "a halted indexer");
    return accept(new Operation.Rewind(block));
  }

  private Response accept(Operation operation) {
    if (!operations.offer(operation)) {
      throw HttpProblem.of(429, "too-many-requests", "too many operations wait; try again later")
          .exception();
    }
    return Response.accepted().build();
  }

  private void requireState(boolean fulfilled, String expected) {
    if (!fulfilled) {
      throw HttpProblem.of(
              409,
              "conflict",
              "expected %s, found one that is %s"
                  .formatted(expected, progress.now().state().text()))
          .exception();
    }
  }

  private static BlockNumber block(@Nullable String text) {
    if (text == null || !text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          "block: expected the number of a block up to which both chains are the same, found "
              + text);
    }
    return new BlockNumber(Long.parseLong(text));
  }

  private static Topic topicNamed(String name) {
    return INDEX.stream()
        .filter(topic -> topic.topicName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                HttpProblem.malformed(
                    "topic",
                    "topic: expected one of %s, found \"%s\""
                        .formatted(INDEX.stream().map(Topic::topicName).toList(), name)));
  }
}
