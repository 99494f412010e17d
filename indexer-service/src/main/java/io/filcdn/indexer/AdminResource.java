package io.filcdn.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.Operations.Operation;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an operator can ask of the process that indexes. Both calls return at once; the log and
 * {@code /status} tell what came of them.
 */
@Path("/admin")
@RunOnVirtualThread
public class AdminResource {

  private static final int CONFLICT = 409;
  private static final int TOO_MANY = 429;
  private static final Set<Topic> INDEX =
      EnumSet.of(Topic.PLACEMENTS, Topic.DATA_SETS, Topic.PROVIDERS, Topic.PAYERS);

  private final Optional<String> token;
  private final Operations operations;
  private final Progress progress;

  AdminResource(IndexerConfig config, Operations operations, Progress progress) {
    this.token = config.admin().token();
    this.operations = operations;
    this.progress = progress;
  }

  @POST
  @Path("/republish")
  @org.eclipse.microprofile.openapi.annotations.Operation(
      summary = "Publish all that the index holds once more, on one topic or on all four")
  public Response republish(
      @HeaderParam("Authorization") @Nullable String authorization,
      @QueryParam("topic") @Nullable String topic) {
    requireToken(authorization);
    requireState(progress.now().state() != Progress.State.STANDBY, "the process that indexes");
    return accept(new Operation.Republish(topic == null ? INDEX : Set.of(topicNamed(topic))));
  }

  @POST
  @Path("/rewind")
  @org.eclipse.microprofile.openapi.annotations.Operation(
      summary = "Go on after the chain changed below finality, from a block before the change")
  public Response rewind(
      @HeaderParam("Authorization") @Nullable String authorization,
      @QueryParam("block") @Nullable Long block) {
    requireToken(authorization);
    if (block == null || block < 0) {
      throw new BadRequestException(
          "block: expected the number of a block up to which both chains are the same, found "
              + block);
    }
    requireState(progress.now().state() == Progress.State.HALTED, "a halted indexer");
    return accept(new Operation.Rewind(new BlockNumber(block)));
  }

  private Response accept(Operation operation) {
    if (!operations.offer(operation)) {
      throw new ClientErrorException("too many operations wait; try again later", TOO_MANY);
    }
    return Response.accepted().build();
  }

  private void requireState(boolean fulfilled, String expected) {
    if (!fulfilled) {
      throw new ClientErrorException(
          "expected %s, found one that is %s".formatted(expected, progress.now().state().text()),
          CONFLICT);
    }
  }

  private void requireToken(@Nullable String authorization) {
    boolean right =
        authorization != null
            && token
                .map(secret -> ("Bearer " + secret).getBytes(UTF_8))
                .map(secret -> MessageDigest.isEqual(secret, authorization.getBytes(UTF_8)))
                .orElse(false);
    if (!right) {
      throw new NotAuthorizedException(
          token.isPresent()
              ? "expected the admin token as Authorization: Bearer"
              : "administration is off: set filcdn.indexer.admin.token",
          "Bearer");
    }
  }

  private static Topic topicNamed(String name) {
    return INDEX.stream()
        .filter(topic -> topic.topicName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new BadRequestException(
                    "topic: expected one of %s, found \"%s\""
                        .formatted(INDEX.stream().map(Topic::topicName).toList(), name)));
  }
}
