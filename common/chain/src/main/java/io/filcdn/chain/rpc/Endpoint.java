package io.filcdn.chain.rpc;

import io.filcdn.common.network.Network;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import org.web3j.protocol.Web3jService;
import org.web3j.protocol.core.BatchRequest;
import org.web3j.protocol.core.JsonRpc2_0Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.http.HttpService;

/** A JSON-RPC endpoint over HTTP. Safe for many threads. */
public final class Endpoint {

  private final URI url;
  private final Web3jService service;
  private final JsonRpc2_0Web3j api;

  public Endpoint(URI url, OkHttpClient client) {
    this.url = url;
    this.service =
        new HttpService(url.toString(), client.newBuilder().addInterceptor(new RpcSpans()).build());
    this.api = new JsonRpc2_0Web3j(service);
  }

  /** The calls that can be made. */
  public JsonRpc2_0Web3j api() {
    return api;
  }

  /**
   * Asks many questions in one request.
   *
   * @return the answers in the order of the questions
   * @throws IOException where not all of them are answered
   */
  public <T extends Response<?>> List<T> askAll(
      List<Function<JsonRpc2_0Web3j, Request<?, T>>> questions, Class<T> type) throws IOException {
    BatchRequest batch = new BatchRequest(service);
    List<Request<?, T>> requests =
        questions.stream().<Request<?, T>>map(question -> question.apply(api)).toList();
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

  @Override
  public String toString() {
    return Network.shown(url);
  }
}
