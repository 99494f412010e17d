package io.filcdn.retrieval.request;

import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.access.Credential;
import io.filcdn.retrieval.media.FileName;
import io.filcdn.retrieval.media.PieceLabel;
import io.filcdn.retrieval.refusal.Refusal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A reader of what a request asks for. Nothing behind it sees HTTP's spelling of a payer or a
 * piece.
 */
public final class RequestReader {

  private static final String PIECE_PATH = "/piece/";

  /** The parameter that names what is saved. */
  private static final String FILENAME = "filename";

  /** The end of the path to a piece's proofs. */
  private static final String PROOF = "proof";

  /**
   * The value that a browser sends along when it fetches a script that would serve a whole origin.
   */
  private static final CharSequence SERVICE_WORKER = new AsciiString("service-worker");

  private final PayerHosts payerHosts;
  private final Set<String> pathHosts;
  private final CredentialReader credentials;

  /**
   * @param pathHosts hosts beside the roots and IP addresses on which the payer is in the path
   */
  public RequestReader(PayerHosts payerHosts, Set<String> pathHosts, CredentialReader credentials) {
    this.payerHosts = payerHosts;
    this.pathHosts =
        Stream.concat(payerHosts.rootNames().stream(), pathHosts.stream().map(HostName::of))
            .collect(Collectors.toUnmodifiableSet());
    this.credentials = credentials;
  }

  /**
   * Reads a request in the order of the public contract: a tree, or else method, root path, host,
   * piece, token.
   */
  public ParsedRequest read(HttpServerRequest request) {
    HttpMethod method = request.method();
    if (method.equals(HttpMethod.OPTIONS)) {
      return new ParsedRequest.Preflight();
    }
    String path = request.path() == null ? "" : PathName.of(request.path());
    if (TreeRequestReader.isOfTree(path) && isShared(host(request))) {
      return new ParsedRequest.Tree(TreeRequestReader.read(request, path));
    }
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      return new ParsedRequest.Refused(Refusal.METHOD_NOT_ALLOWED);
    }
    if (path.isEmpty() || path.equals("/")) {
      return new ParsedRequest.Welcome();
    }
    String host = host(request);
    if (isShared(host)) {
      int slash = path.indexOf('/', 1);
      return slash < 0
          ? retrieval(request, path.substring(1), "/", true)
          : retrieval(request, path.substring(1, slash), path.substring(slash), true);
    }
    Optional<String> payer = payerHosts.payer(host);
    return payer.isPresent()
        ? retrieval(request, payer.get(), path, false)
        : new ParsedRequest.Refused(Refusal.HOST_UNKNOWN);
  }

  /** True where a host is of no payer, and serves all of them by their paths. */
  private boolean isShared(String host) {
    return pathHosts.contains(host)
        || NetUtil.isValidIpV4Address(host)
        || NetUtil.isValidIpV6Address(host);
  }

  private static String host(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    return authority == null ? "" : HostName.of(authority.host());
  }

  private ParsedRequest retrieval(
      HttpServerRequest request, String payerText, String path, boolean pathStyle) {
    Address payer;
    try {
      payer = Address.of(payerText);
    } catch (IllegalArgumentException e) {
      return new ParsedRequest.Refused(Refusal.HOST_UNKNOWN);
    }
    Optional<Target> target = Target.read(path);
    if (target.isEmpty()) {
      return new ParsedRequest.Refused(Refusal.PATH_UNKNOWN);
    }
    PieceName piece = target.get().piece();
    if (request.headers().contains(SERVICE_WORKER)) {
      return new ParsedRequest.Refused(Refusal.SERVICE_WORKER);
    }
    Credential credential = credentials.read(request);
    if (credential instanceof Credential.Unusable(Refusal refusal)) {
      return new ParsedRequest.Refused(refusal);
    }
    if (target.get().proof()) {
      return proof(request, payer, piece, credential);
    }
    return new ParsedRequest.Retrieval(
        request.method().equals(HttpMethod.HEAD),
        pathStyle,
        payer,
        piece,
        conditions(request),
        credential,
        header(request, HttpHeaderNames.ORIGIN),
        filename(request)
            .map(PieceLabel::savedAs)
            .or(() -> target.get().name().map(PieceLabel::shownAs)));
  }

  /**
   * The target of a path behind its payer.
   *
   * @param proof whether a proof of the piece is meant
   * @param name of the piece, where the path gives it one
   */
  private record Target(PieceName piece, boolean proof, Optional<FileName> name) {

    static Optional<Target> read(String path) {
      String[] parts =
          path.substring(path.startsWith(PIECE_PATH) ? PIECE_PATH.length() : 1).split("/", 2);
      boolean proof = parts.length > 1 && parts[1].equals(PROOF);
      try {
        Optional<FileName> name = parts.length > 1 ? fileName(parts[1]) : Optional.empty();
        return parts.length > 1 && !proof && name.isEmpty()
            ? Optional.empty()
            // base32 is the same in either case
            : Optional.of(
                new Target(PieceName.parse(parts[0].toLowerCase(Locale.ROOT)), proof, name));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    /** A name with an extension, and nothing behind it. */
    private static Optional<FileName> fileName(String segment) {
      return segment.indexOf('/') >= 0
          ? Optional.empty()
          // a plus is itself in a path
          : FileName.of(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
              .filter(name -> !name.extension().isEmpty());
    }
  }

  private static ParsedRequest proof(
      HttpServerRequest request, Address payer, PieceName piece, Credential credential) {
    boolean headOnly = request.method().equals(HttpMethod.HEAD);
    return ProofQuery.read(request)
        .<ParsedRequest>map(
            query ->
                new ParsedRequest.Proof(
                    headOnly,
                    payer,
                    piece,
                    query,
                    conditions(request),
                    credential,
                    header(request, HttpHeaderNames.ORIGIN)))
        .orElseGet(() -> new ParsedRequest.Refused(Refusal.PROOF_MALFORMED));
  }

  private static ParsedRequest.Conditions conditions(HttpServerRequest request) {
    return new ParsedRequest.Conditions(
        // RFC 9110 knows ranges of GET only
        request.method().equals(HttpMethod.GET)
            ? header(request, HttpHeaderNames.RANGE)
            : Optional.empty(),
        header(request, HttpHeaderNames.IF_RANGE),
        list(request, HttpHeaderNames.IF_MATCH),
        list(request, HttpHeaderNames.IF_NONE_MATCH),
        header(request, HttpHeaderNames.IF_MODIFIED_SINCE),
        header(request, HttpHeaderNames.IF_UNMODIFIED_SINCE));
  }

  private static Optional<FileName> filename(HttpServerRequest request) {
    String query = request.query();
    if (query == null || !query.contains(FILENAME) && query.indexOf('%') < 0) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(request.getParam(FILENAME)).flatMap(FileName::of);
    } catch (IllegalArgumentException e) {
      // a query that cannot be decoded asks for nothing
      return Optional.empty();
    }
  }

  /** A header whose value is a list, which may come in several lines. */
  private static Optional<String> list(HttpServerRequest request, CharSequence name) {
    List<String> lines = request.headers().getAll(name);
    return lines.isEmpty() ? Optional.empty() : Optional.of(String.join(",", lines));
  }

  private static Optional<String> header(HttpServerRequest request, CharSequence name) {
    return Optional.ofNullable(request.getHeader(name));
  }
}
