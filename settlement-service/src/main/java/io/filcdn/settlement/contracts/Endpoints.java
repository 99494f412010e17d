package io.filcdn.settlement.contracts;

import static java.util.stream.Collectors.joining;

import io.filcdn.chain.rpc.AnswerLimit;
import io.filcdn.chain.rpc.Endpoint;
import io.filcdn.chain.rpc.Failover;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import okhttp3.OkHttpClient;
import org.jboss.logging.Logger;
import org.web3j.protocol.core.JsonRpc2_0Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;

/** A network's JSON-RPC endpoints: the first that gives an answer which can be used is heard. */
final class Endpoints {

  private static final Logger LOG = Logger.getLogger(Endpoints.class);

  private final Failover<Endpoint, NodeException> endpoints;

  Endpoints(List<URI> urls, Duration timeout, long maxAnswerBytes) {
    OkHttpClient client =
        new OkHttpClient.Builder()
            .callTimeout(timeout)
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .addInterceptor(new AnswerLimit(maxAnswerBytes))
            .build();
    endpoints =
        new Failover<>(
            urls.stream().map(url -> new Endpoint(url, client)).toList(),
            NodeException.class,
            Endpoints::noneAnswers);
  }

  /**
   * Asks one question.
   *
   * @return the answer, which can be an error of the node's
   * @throws NodeException where no endpoint answers
   */
  <T extends Response<?>> T ask(Function<JsonRpc2_0Web3j, Request<?, T>> question) {
    return ask(question, Function.identity());
  }

  /**
   * Asks one question, and reads the answer.
   *
   * @param read throws what it likes where the answer cannot be used
   * @return the first answer that can be used
   * @throws NodeException where no endpoint gives one
   */
  <T extends Response<?>, R> R ask(
      Function<JsonRpc2_0Web3j, Request<?, T>> question, Function<T, R> read) {
    return first(endpoint -> read.apply(question.apply(endpoint.api()).send()));
  }

  /**
   * Asks many questions in one request.
   *
   * @return the answers in the order of the questions
   * @throws NodeException where no endpoint answers all of them
   */
  <T extends Response<?>> List<T> askAll(
      List<Function<JsonRpc2_0Web3j, Request<?, T>>> questions, Class<T> type) {
    return first(endpoint -> endpoint.askAll(questions, type));
  }

  private interface Asking<T> {
    T ask(Endpoint endpoint) throws IOException;
  }

  private <T> T first(Asking<T> asking) {
    return endpoints.ask(
        0,
        endpoint -> {
          try {
            return asking.ask(endpoint);
          } catch (IOException | RuntimeException e) {
            // web3j and Jackson throw many kinds at what is no answer, or none to this question
            LOG.debugf(e, "rpc=%s does not answer", endpoint);
            throw new NodeException("%s: %.300s".formatted(endpoint, e.getMessage()), e);
          }
        });
  }

  private static NodeException noneAnswers(List<NodeException> failures) {
    return new NodeException(
        failures.stream()
            .map(NodeException::getMessage)
            .collect(joining("; ", "no JSON-RPC endpoint answers: ", "")));
  }
}
