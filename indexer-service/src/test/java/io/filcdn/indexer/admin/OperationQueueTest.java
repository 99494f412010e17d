package io.filcdn.indexer.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.admin.OperationQueue.Operation;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.projection.Projection;
import io.filcdn.indexer.rpc.ChainNodes;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Operations of which none can be done, as no node answers and the database is not held. */
class OperationQueueTest {

  private static final Operation REWIND = new Operation.Rewind(new BlockNumber(7));
  private static final Operation REPUBLISH = new Operation.Republish(Set.of(Topic.PAYERS));
  private static final int TRIES = 20;

  private final ChainNodes nodes = new ChainNodes(List.of(), 314, new SimpleMeterRegistry());
  private final Index index =
      new Index(
          new ExclusiveSession(new PGSimpleDataSource(), Purpose.INDEXING, _ -> true),
          new Projection(Contracts.network(URI.create("http://127.0.0.1:1"))));
  private final OperationQueue queue = new OperationQueue();

  @Test
  void whatFailsIsTriedSoOftenAndThenGivenUpForTheNext() {
    queue.offer(REWIND);
    queue.offer(REPUBLISH);

    for (int i = 0; i < TRIES; i++) {
      assertThatThrownBy(this::run).isInstanceOf(NodeFailedException.class);
    }
    for (int i = 0; i < TRIES; i++) {
      assertThatThrownBy(this::run).isInstanceOf(DatabaseFailedException.class);
    }

    assertThat(run()).as("something waits").isFalse();
  }

  @Test
  void whoDoesNotIndexAnyMoreForgetsRewindsAndNothingElse() {
    queue.offer(REWIND);
    queue.offer(REPUBLISH);
    queue.offer(REWIND);
    assertThatThrownBy(this::run).isInstanceOf(NodeFailedException.class);

    queue.dropRewinds();

    // it has all its tries, whatever was tried before
    for (int i = 0; i < TRIES; i++) {
      assertThatThrownBy(this::run).isInstanceOf(DatabaseFailedException.class);
    }
    assertThat(run()).as("something waits").isFalse();
  }

  @Test
  void soManyWaitAndNoMore() {
    for (int i = 0; i < 4; i++) {
      assertThat(queue.offer(REPUBLISH)).isTrue();
    }
    assertThat(queue.offer(REWIND)).isFalse();
  }

  private boolean run() {
    return queue.run(nodes, index);
  }
}
