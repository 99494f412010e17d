package io.filcdn.indexer.rpc;

import io.filcdn.chain.rpc.AnswerLimit;
import io.filcdn.chain.rpc.Endpoint;
import io.filcdn.chain.rpc.Failover;
import io.filcdn.chain.rpc.RateLimit;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import okhttp3.OkHttpClient;
import org.jboss.logging.Logger;

/**
 * The network's JSON-RPC nodes, of which the one that answered last is asked first. For one thread,
 * but for {@link #status}.
 */
public final class ChainNodes {

  private static final Logger LOG = Logger.getLogger(ChainNodes.class);

  private final List<ChainNode> nodes;
  private final Failover<ChainNode, NodeFailedException> failover;
  private final long chainId;
  private final MeterRegistry metrics;
  private final Set<ChainNode> onOurChain = new HashSet<>();
  private final Map<ChainNode, String> failures = new ConcurrentHashMap<>();
  private volatile int preferred;
  private int witness;

  /**
   * @param chainId what each node must follow before it is asked anything else
   */
  public ChainNodes(List<ChainNode> nodes, long chainId, MeterRegistry metrics) {
    this.nodes = List.copyOf(nodes);
    this.failover = new Failover<>(nodes, NodeFailedException.class, ChainNodes::worst);
    this.chainId = chainId;
    this.metrics = metrics;
  }

  /** Nodes over HTTP, none of which takes longer than {@code timeout} for a call. */
  public static ChainNodes http(
      List<URI> urls,
      Duration timeout,
      long maxAnswerBytes,
      long chainId,
      Clock clock,
      MeterRegistry metrics) {
    OkHttpClient all = new OkHttpClient.Builder().callTimeout(timeout).build();
    return new ChainNodes(
        urls.stream().map(url -> http(url, all, maxAnswerBytes, clock, metrics)).toList(),
        chainId,
        metrics);
  }

  private static ChainNode http(
      URI url, OkHttpClient all, long maxAnswerBytes, Clock clock, MeterRegistry metrics) {
    OkHttpClient client =
        all.newBuilder()
            .addInterceptor(new RateLimit(clock))
            .addInterceptor(new AnswerLimit(maxAnswerBytes))
            .build();
    return new ChainNode(new Endpoint(url, client), metrics);
  }

  /**
   * Asks the node that answered last; where it fails, the next one, until each has been tried once.
   * The question starts anew at each node.
   *
   * @throws NodeFailedException where all failed: a failure, the others suppressed in it
   */
  public <T> T ask(Function<ChainNode, T> question) {
    return ask(preferred, true, question);
  }

  /**
   * Asks a node other than last time, so that in turn all are heard; the one that is usually asked
   * stays it.
   *
   * @throws NodeFailedException as {@link #ask}
   */
  public <T> T askAnother(Function<ChainNode, T> question) {
    witness = (witness + 1) % Math.max(1, nodes.size());
    return ask(witness, false, question);
  }

  private <T> T ask(int first, boolean prefer, Function<ChainNode, T> question) {
    return failover.ask(
        first,
        node -> {
          T answer = answer(node, question);
          preferred = prefer ? nodes.indexOf(node) : preferred;
          return answer;
        });
  }

  private <T> T answer(ChainNode node, Function<ChainNode, T> question) {
    try {
      requireOurChain(node);
      T answer = question.apply(node);
      failures.remove(node);
      return answer;
    } catch (NodeFailedException e) {
      failed(node, e);
      throw e;
    }
  }

  /** Another node that follows our chain; the same one where there is none. */
  public ChainNode otherThan(ChainNode node) {
    return nodes.stream()
        .filter(other -> !other.equals(node) && onOurChain.contains(other))
        .findFirst()
        .orElse(node);
  }

  private void failed(ChainNode node, NodeFailedException e) {
    LOG.warnf("node failed: %s", e.getMessage());
    metrics.counter("filcdn.indexer.rpc.failures", "node", node.toString()).increment();
    if (e.contradicts()) {
      metrics.counter("filcdn.indexer.rpc.contradictions", "node", node.toString()).increment();
    }
    onOurChain.remove(node);
    failures.put(node, String.valueOf(e.getMessage()));
  }

  /** A contradiction of finality is what a person must hear of, whatever else failed. */
  private static NodeFailedException worst(List<NodeFailedException> failures) {
    NodeFailedException worst =
        failures.stream()
            .reduce((worse, next) -> worse.contradictsFinality() ? worse : next)
            .orElseGet(() -> new NodeFailedException("there are no nodes to ask"));
    failures.stream().filter(failure -> failure != worst).forEach(worst::addSuppressed);
    return worst;
  }

  private void requireOurChain(ChainNode node) {
    if (onOurChain.contains(node)) {
      return;
    }
    long found = node.chainId();
    if (found != chainId) {
      throw new NodeFailedException(
          "%s: expected chain id %d, found %d".formatted(node, chainId, found));
    }
    onOurChain.add(node);
  }

  /** The condition of each node. For any thread. */
  public List<NodeStatus> status() {
    ChainNode asked = nodes.isEmpty() ? null : nodes.get(preferred);
    return nodes.stream()
        .map(
            node ->
                new NodeStatus(
                    node.toString(), node.equals(asked), Optional.ofNullable(failures.get(node))))
        .toList();
  }
}
