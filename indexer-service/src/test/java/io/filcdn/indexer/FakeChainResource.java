package io.filcdn.indexer;

import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeNode;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives a Quarkus test a chain, a node that follows it, and a network file that names both. */
public final class FakeChainResource implements QuarkusTestResourceLifecycleManager {

  private final FakeChain chain = new FakeChain().block();
  private final FakeNode node = FakeNode.start(chain);
  private @Nullable Path networkFile;

  @Override
  public Map<String, String> start() {
    try {
      Path file = Files.createTempFile("filcdn-network", ".json");
      networkFile = file;
      Files.writeString(
          file,
          Contracts.networkFile(
              List.of(node.url()), "{\"tag\": \"finalized\", \"fallbackDepth\": 8}"));
      return Map.of(
          "filcdn.network", file.toString(),
          "quarkus.http.test-port", "0",
          "filcdn.indexer.head.poll", "20ms",
          "filcdn.indexer.retry.longest", "200ms",
          "filcdn.indexer.publish.poll", "20ms",
          "quarkus.hibernate-orm.schema-management.strategy", "validate");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(chain, new TestInjector.MatchesType(FakeChain.class));
    injector.injectIntoFields(node, new TestInjector.MatchesType(FakeNode.class));
  }

  @Override
  public void stop() {
    node.close();
    try {
      if (networkFile != null) {
        Files.deleteIfExists(networkFile);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
