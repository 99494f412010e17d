package io.filcdn.metrics.pages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.service.http.WholeAnswer;
import io.filcdn.service.problem.HttpProblem;
import io.filcdn.service.start.UnusableSettingException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Another service of this deployment, whose HTTP API is passed on: bounded in its paths, in time,
 * in the size of an answer, and in calls at once; an answer is kept for a second, so that it is
 * asked no more often the more people look. What it answers is passed on as it is, but for what is
 * not for strangers.
 */
public final class Neighbour {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** For orders, which ask the chain first. */
  private static final Duration LONG_PATIENCE = Duration.ofSeconds(60);

  private static final int MOST_QUESTIONS = 8;
  private static final int MOST_ORDERS = 4;
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final long MOST_KEPT_BYTES = 32 << 20;
  private static final int BYTES_BESIDES = 1 << 10;
  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_QUERY = 4096;
  private static final Set<String> FORMS =
      Set.of(MediaType.APPLICATION_JSON, HttpProblem.MEDIA_TYPE);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern URL = Pattern.compile("https?://[^\\s/?#@]+/?");

  private final String name;
  private final Optional<String> root;
  private final Duration patience;
  private final Semaphore questions = new Semaphore(MOST_QUESTIONS);
  private final Semaphore orders = new Semaphore(MOST_ORDERS);

  /** By path and query; of whoever asks for the same, one asks the neighbour. */
  private final AsyncCache<URI, Answer> kept =
      Caffeine.newBuilder()
          .expireAfterWrite(FRESH)
          .maximumWeight(MOST_KEPT_BYTES)
          .weigher((URI _, Answer answer) -> answer.body().length + BYTES_BESIDES)
          .executor(Thread::startVirtualThread)
          .buildAsync();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /** An answer, as it came. */
  record Answer(int status, String type, byte[] body) {

    /** The same, as this service's own. */
    Response response() {
      Response.ResponseBuilder response =
          Response.status(status)
              .entity(body)
              .header(HttpHeaders.CONTENT_TYPE, type)
              .header(HttpHeaders.CACHE_CONTROL, "no-store");
      if (status == 401) {
        response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
      } else if (status == 503) {
        response.header(HttpHeaders.RETRY_AFTER, HttpProblem.RETRY_AFTER_SECONDS);
      }
      return response.build();
    }
  }

  private Neighbour(String name, Optional<String> root, Duration patience) {
    this.name = name;
    this.root = root;
    this.patience = patience;
  }

  /**
   * A neighbour.
   *
   * @param name the word for it in problems and keys of configuration
   * @param url where it is; empty where nobody is told of it here
   * @throws UnusableSettingException where it is no such URL
   */
  public static Neighbour of(String name, Optional<URI> url) {
    return of(name, url, PATIENCE);
  }

  /** The same, with a patience of its own for what is asked. */
  static Neighbour of(String name, Optional<URI> url, Duration patience) {
    Optional<String> root = url.map(URI::toString);
    root.filter(text -> !URL.matcher(text).matches())
        .ifPresent(
            text -> {
              throw new UnusableSettingException(
                  "expected filcdn.metrics.pages.%s-url as an http URL without a path, found \"%s\""
                      .formatted(name, text));
            });
    return new Neighbour(name, root.map(text -> text.replaceFirst("/$", "")), patience);
  }

  /**
   * Asks it, or gives the answer to the same question of a second ago.
   *
   * @param hide takes from an answer what is not for strangers; problems stay as they are
   */
  Answer get(String path, @Nullable String query, Consumer<JsonNode> hide) {
    HttpRequest question = request(path, query).GET().build();
    return kept.get(question.uri(), _ -> hidden(send(question, questions, patience), hide)).join();
  }

  private Answer hidden(Answer answer, Consumer<JsonNode> hide) {
    if (answer.type().startsWith(HttpProblem.MEDIA_TYPE)) {
      return answer;
    }
    try {
      JsonNode told = JSON.readTree(answer.body());
      hide.accept(told);
      return new Answer(answer.status(), answer.type(), JSON.writeValueAsBytes(told));
    } catch (IOException e) {
      return away("its answer is no JSON (status %d)".formatted(answer.status()));
    }
  }

  /**
   * Has it do something.
   *
   * @param authorization for it to judge; kept nowhere
   */
  Answer post(String path, @Nullable String query, String authorization) {
    HttpRequest order =
        request(path, query)
            .header(HttpHeaders.AUTHORIZATION, authorization)
            .POST(BodyPublishers.noBody())
            .build();
    return send(order, orders, LONG_PATIENCE);
  }

  private HttpRequest.Builder request(String path, @Nullable String query) {
    String where =
        root.orElseThrow(
            () ->
                HttpProblem.unknown(
                    name,
                    "%s is not shown here: set filcdn.metrics.pages.%s-url".formatted(name, name)));
    if (query != null && query.length() > MOST_QUERY) {
      throw HttpProblem.malformed(
          "query",
          "expected at most %d characters, found %d".formatted(MOST_QUERY, query.length()));
    }
    return HttpRequest.newBuilder(URI.create(where + path + (query == null ? "" : "?" + query)))
        .header(HttpHeaders.ACCEPT, MediaType.APPLICATION_JSON);
  }

  private Answer send(HttpRequest request, Semaphore free, Duration within) {
    if (!free.tryAcquire()) {
      return away("it is asked as many things at once as it may be");
    }
    try {
      HttpResponse<byte[]> answer =
          WholeAnswer.of(http, request, BodyHandlers.ofByteArray(), MOST_BYTES, within);
      String type = answer.headers().firstValue(HttpHeaders.CONTENT_TYPE).orElse("");
      int status = answer.statusCode();
      boolean isRedirect = status >= 300 && status < 400;
      if (isRedirect || !FORMS.contains(type.replaceFirst(";.*", ""))) {
        return away("its answer is no JSON (status %d)".formatted(status));
      }
      return new Answer(status, type, answer.body());
    } catch (IOException e) {
      return away("it does not answer in time and size");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return away("this service stops");
    } finally {
      free.release();
    }
  }

  private Answer away(String why) {
    HttpProblem problem = HttpProblem.of(503, name + "-unavailable", "%s: %s".formatted(name, why));
    return new Answer(
        problem.status(), HttpProblem.MEDIA_TYPE, problem.json().getBytes(StandardCharsets.UTF_8));
  }
}
