package io.filcdn.settlement.contracts;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import org.jboss.logging.Logger;
import org.web3j.protocol.Web3jService;
import org.web3j.protocol.core.BatchRequest;
import org.web3j.protocol.core.JsonRpc2_0Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.http.HttpService;

/** A network's JSON-RPC endpoints: the first that gives an answer which can be used is heard. */
final class Endpoints {

  private static final Logger LOG = Logger.getLogger(Endpoints.class);

  private record Endpoint(String host, Web3jService service, JsonRpc2_0Web3j api) {}

  private final List<Endpoint> endpoints;

  Endpoints(List<URI> urls, Duration timeout, long maxAnswerBytes) {
    OkHttpClient client =
        new OkHttpClient.Builder()
            .callTimeout(timeout)
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .addInterceptor(new AnswerLimit(maxAnswerBytes))
            .build();
    endpoints =
        urls.stream()
            .map(
                url -> {
                  HttpService service = new HttpService(url.toString(), client);
                  // a URL can hold a secret, its host cannot
                  return new Endpoint(url.getAuthority(), service, new JsonRpc2_0Web3j(service));
                })
            .toList();
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
    return first(endpoint -> batch(endpoint, questions, type));
  }

  private static <T extends Response<?>> List<T> batch(
      Endpoint endpoint, List<Function<JsonRpc2_0Web3j, Request<?, T>>> questions, Class<T> type)
      throws IOException {
    BatchRequest batch = new BatchRequest(endpoint.service());
    List<Request<?, T>> requests =
        questions.stream().<Request<?, T>>map(question -> question.apply(endpoint.api())).toList();
    requests.forEach(batch::add);
    Map<Long, T> answers =
        batch.send().getResponses().stream()
            .collect(Collectors.toMap(Response::getId, type::cast, (first, _) -> first));
    List<T> inOrder = new ArrayList<>(requests.size());
    for (Request<?, T> request : requests) {
      T answer = answers.get(request.getId());
      if (answer == null) {
        throw new IOException(
            "expected %d answers, found %d".formatted(requests.size(), answers.size()));
      }
      inOrder.add(answer);
    }
    return inOrder;
  }

  private interface Asking<T> {
    T ask(Endpoint endpoint) throws IOException;
  }

  private <T> T first(Asking<T> asking) {
    List<String> failures = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      try {
        return asking.ask(endpoint);
      } catch (IOException | RuntimeException e) {
        // web3j and Jackson throw many kinds at what is no answer, or none to this question
        LOG.debugf(e, "rpc=%s does not answer", endpoint.host());
        failures.add("%s: %.300s".formatted(endpoint.host(), e.getMessage()));
      }
    }
    throw new NodeException("no JSON-RPC endpoint answers: " + String.join("; ", failures));
  }
}
