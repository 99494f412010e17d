package io.filcdn.chain.rpc;

import io.filcdn.common.network.Network;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import org.web3j.protocol.core.BatchRequest;
import org.web3j.protocol.core.JsonRpc2_0Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.http.HttpService;

/** A JSON-RPC endpoint over HTTP. Safe for many threads. */
public final class Endpoint {

  private final URI url;
  private final TextService service;
  private final JsonRpc2_0Web3j api;

  public Endpoint(URI url, OkHttpClient client) {
    this.url = url;
    this.service = new TextService(url, client.newBuilder().addInterceptor(new RpcSpans()).build());
    this.api = new JsonRpc2_0Web3j(service);
  }

  /** The way of questions to the node, and of its answers back. */
  private static final class TextService extends HttpService {

    TextService(URI url, OkHttpClient client) {
      super(url.toString(), client);
    }

    byte[] ask(Request<?, ?> question) throws IOException {
      try (InputStream answer = performIO(objectMapper.writeValueAsString(question))) {
        if (answer == null) {
          throw new IOException("expected an answer, found none");
        }
        return answer.readAllBytes();
      }
    }

    <T> T read(byte[] answer, Class<T> type) {
      return objectMapper.readValue(answer, type);
    }
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

  /**
   * Asks a question. The same one has the same id each time, so that the same answer is the same
   * text.
   *
   * @return the answer, as the node wrote it
   */
  public byte[] text(Request<?, ?> question) throws IOException {
    question.setId(1);
    return service.ask(question);
  }

  /**
   * Reads an answer's text.
   *
   * @throws RuntimeException where it is none to a question of this type
   */
  public <T extends Response<?>> T read(byte[] text, Class<T> type) {
    return service.read(text, type);
  }

  @Override
  public String toString() {
    return Network.shown(url);
  }
}
