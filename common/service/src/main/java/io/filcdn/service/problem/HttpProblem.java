package io.filcdn.service.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An error of an HTTP API, as RFC 9457 has it.
 *
 * @param type always {@code about:blank}: {@code code} tells problems apart
 * @param title the status in words
 * @param code the stable name of the problem, for programs
 * @param detail a sentence on this occurrence, for people
 * @param details more lines for people; left out where there are none
 */
public record HttpProblem(
    String type,
    String title,
    int status,
    String code,
    String detail,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> details) {

  public static final String MEDIA_TYPE = "application/problem+json";

  /** The seconds after which it is worth to ask again, where a status says that it may be. */
  public static final String RETRY_AFTER_SECONDS = "5";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  public HttpProblem {
    details = List.copyOf(details);
  }

  /**
   * A problem.
   *
   * @param status of HTTP, 400 or more
   * @param code in lower case, with hyphens; documented, and never changed
   * @param detail one sentence: what was expected, and what was found
   */
  public static HttpProblem of(int status, String code, String detail) {
    return of(status, code, detail, List.of());
  }

  /** A problem with more lines, such as one for each provider that failed. */
  public static HttpProblem of(int status, String code, String detail, List<String> details) {
    return new HttpProblem("about:blank", title(status), status, code, detail, details);
  }

  /** A value that cannot be what {@code what} names, with the code {@code what-malformed}. */
  public static WebApplicationException malformed(String what, String detail) {
    return of(400, what + "-malformed", detail).exception();
  }

  /** A thing that is not there, with the code {@code what-unknown}. */
  public static WebApplicationException unknown(String what, String detail) {
    return of(404, what + "-unknown", detail).exception();
  }

  /**
   * A value of a request.
   *
   * @param what its name in the problem's code
   * @throws WebApplicationException with the parser's own words, where it is {@link #malformed}
   */
  public static <T> T parsed(String what, Supplier<T> parse) {
    try {
      return parse.get();
    } catch (IllegalArgumentException e) {
      throw malformed(what, Optional.ofNullable(e.getMessage()).orElse(""));
    }
  }

  /** The problem of a status about which nothing else is known. */
  static HttpProblem of(int status, Optional<String> detail) {
    String code =
        switch (status) {
          case 400 -> "request-malformed";
          case 401 -> "token-unknown";
          case 404 -> "path-unknown";
          default -> title(status).toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "-");
        };
    return of(status, code, detail.orElse(title(status)));
  }

  private static String title(int status) {
    return Optional.ofNullable(Response.Status.fromStatusCode(status))
        .map(Response.Status::getReasonPhrase)
        .orElse("Error");
  }

  /** The answer to a request. */
  public Response response() {
    return in(Response.status(status));
  }

  /** The answer to a request, with the headers that a response has already. */
  Response in(Response.ResponseBuilder builder) {
    if (status == 429 || status == 503) {
      builder.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    return builder
        .entity(this)
        .header(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  /** An exception that ends a request with this problem. */
  public WebApplicationException exception() {
    return new WebApplicationException(detail, response());
  }

  /** The body of the answer, for servers that write it themselves. */
  public String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of texts can be written", e);
    }
  }
}
