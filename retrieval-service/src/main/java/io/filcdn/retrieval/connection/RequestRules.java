package io.filcdn.retrieval.connection;

import io.filcdn.retrieval.request.HostName;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules of RFC 9112 on a request's head beyond what Netty checks: a known version, a body whose
 * end is sure, and one host that it is for. A head that keeps to it has its target in origin-form
 * afterwards, and the host it is for in {@code Host}.
 */
final class RequestRules {

  private static final String SCHEME_END = "://";

  private RequestRules() {}

  /** The violation in a head; none where it is right. */
  static Optional<String> violation(HttpRequest request) {
    boolean is11 = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    if (!is11 && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      return Optional.of("expected HTTP/1.0 or 1.1, found " + request.protocolVersion());
    }
    HttpHeaders headers = request.headers();
    if (headers.contains("")) {
      return Optional.of("expected a name before each colon, found none");
    }
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING) && !isChunked(headers)) {
      return Optional.of("expected Transfer-Encoding: chunked, found another, or several");
    }
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || (is11 && hosts.isEmpty())) {
      return Optional.of("expected one Host, found " + hosts.size());
    }
    String host = hosts.isEmpty() ? null : hosts.getFirst();
    if (host != null && HostName.inAuthority(host) == null) {
      return Optional.of("expected a host's name in Host, found another thing");
    }
    return targetViolation(request, host);
  }

  private static boolean isChunked(HttpHeaders headers) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return codings.size() == 1
        && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst());
  }

  private static Optional<String> targetViolation(HttpRequest request, @Nullable String host) {
    String target = request.uri();
    if (target.startsWith("/")
        || request.method().equals(HttpMethod.CONNECT)
        || (target.equals("*") && request.method().equals(HttpMethod.OPTIONS))) {
      return Optional.empty();
    }
    int schemeEnd = target.indexOf(SCHEME_END);
    String scheme = schemeEnd < 0 ? "" : target.substring(0, schemeEnd);
    if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
      return Optional.of("expected a path or an http URL as target, found another thing");
    }
    return absoluteViolation(request, host, target.substring(schemeEnd + SCHEME_END.length()));
  }

  /** Of a target in absolute-form: its authority decides (RFC 9112, 3.2.2). */
  private static Optional<String> absoluteViolation(
      HttpRequest request, @Nullable String host, String rest) {
    int end = 0;
    while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
      end++;
    }
    String authority = rest.substring(0, end);
    String name = HostName.inAuthority(authority);
    if (name == null) {
      return Optional.of("expected a host in the target, found none");
    }
    if (host != null && !name.equals(HostName.inAuthority(host))) {
      return Optional.of("expected the same host in the target and in Host, found two");
    }
    String path = rest.substring(end);
    request.setUri(path.startsWith("/") ? path : "/" + path);
    request.headers().set(HttpHeaderNames.HOST, authority);
    return Optional.empty();
  }
}
