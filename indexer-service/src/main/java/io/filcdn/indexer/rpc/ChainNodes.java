package io.filcdn.indexer.rpc;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import okhttp3.OkHttpClient;
import org.jboss.logging.Logger;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.http.HttpService;

/**
 * The network's JSON-RPC endpoints. A question goes to one of them, as a whole: answers of two
 * nodes, which may follow two forks, are never mixed. For one thread.
 */
public final class ChainNodes {

  private static final Logger LOG = Logger.getLogger(ChainNodes.class);

  private final List<ChainNode> nodes;
  private final long chainId;
  private final MeterRegistry metrics;
  private final Set<ChainNode> onOurChain = new HashSet<>();
  private int preferred;

  /**
   * @param chainId what each node must follow before it is asked anything else
   */
  public ChainNodes(List<ChainNode> nodes, long chainId, MeterRegistry metrics) {
    this.nodes = List.copyOf(nodes);
    this.chainId = chainId;
    this.metrics = metrics;
  }

  /** Nodes over HTTP, none of which takes longer than {@code timeout} for a call. */
  public static ChainNodes http(
      List<URI> urls, Duration timeout, long chainId, MeterRegistry metrics) {
    OkHttpClient client = new OkHttpClient.Builder().callTimeout(timeout).build();
    return new ChainNodes(
        urls.stream()
            .map(url -> new ChainNode(url, Web3j.build(new HttpService(url.toString(), client))))
            .toList(),
        chainId,
        metrics);
  }

  /**
   * Asks the node that answered last; where it fails, the next one, until each has been tried once.
   * The question starts anew at each node.
   *
   * @throws NodeFailedException where all failed: the last failure, the others suppressed in it
   */
  public <T> T ask(Function<ChainNode, T> question) {
    NodeFailedException failures = null;
    for (int tried = 0; tried < nodes.size(); tried++) {
      ChainNode node = nodes.get(preferred);
      try {
        requireOurChain(node);
        return question.apply(node);
      } catch (NodeFailedException e) {
        LOG.warnf("node failed: %s", e.getMessage());
        metrics.counter("filcdn.indexer.rpc.failures", "node", node.toString()).increment();
        onOurChain.remove(node);
        preferred = (preferred + 1) % nodes.size();
        if (failures != null) {
          e.addSuppressed(failures);
        }
        failures = e;
      }
    }
    throw failures == null ? new NodeFailedException("there are no nodes to ask") : failures;
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
}
