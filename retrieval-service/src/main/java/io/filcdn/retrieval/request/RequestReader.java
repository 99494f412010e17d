package io.filcdn.retrieval.request;

import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.refusal.Refusal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A reader of what a request asks for. Nothing behind it sees HTTP's spelling of a payer or a
 * piece.
 */
public final class RequestReader {

  private static final String PIECE_PATH = "/piece/";

  /** The end of the path to a piece's proofs. */
  private static final String PROOF_PATH = "/proof";

  /**
   * The value that a browser sends along when it fetches a script that would serve a whole origin.
   */
  private static final CharSequence SERVICE_WORKER = new AsciiString("service-worker");

  private static final String BEARER = "Bearer ";
  private static final int MAX_FILENAME = 255;

  private final String dnsRoot;
  private final String rootHost;
  private final BotTokens bots;

  /**
   * @param dnsRoot what follows the payer in host names, with its leading dot
   */
  public RequestReader(String dnsRoot, BotTokens bots) {
    if (!dnsRoot.startsWith(".") || dnsRoot.length() < 2) {
      throw new IllegalArgumentException(
          "expected a DNS root with a leading dot, such as .localhost, found \"%s\""
              .formatted(dnsRoot));
    }
    this.dnsRoot = dnsRoot.toLowerCase(Locale.ROOT);
    this.rootHost = this.dnsRoot.substring(1);
    this.bots = bots;
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
    if (TreeRequestReader.isOfTree(path) && host(request).equals(rootHost)) {
      return new ParsedRequest.Tree(TreeRequestReader.read(request, path));
    }
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      return new ParsedRequest.Refused(Refusal.METHOD_NOT_ALLOWED);
    }
    if (path.isEmpty() || path.equals("/")) {
      return new ParsedRequest.Welcome();
    }
    String host = host(request);
    boolean pathStyle = host.equals(rootHost);
    if (pathStyle) {
      int slash = path.indexOf('/', 1);
      return slash < 0
          ? new ParsedRequest.Refused(Refusal.HOST_UNKNOWN)
          : retrieval(request, path.substring(1, slash), path.substring(slash), true);
    }
    return host.endsWith(dnsRoot)
        ? retrieval(request, host.substring(0, host.length() - dnsRoot.length()), path, false)
        : new ParsedRequest.Refused(Refusal.HOST_UNKNOWN);
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
    String name = path.substring(path.startsWith(PIECE_PATH) ? PIECE_PATH.length() : 1);
    boolean proof = name.endsWith(PROOF_PATH);
    String cid = proof ? name.substring(0, name.length() - PROOF_PATH.length()) : name;
    PieceName piece;
    try {
      // base32 is the same in either case
      piece = PieceName.parse(cid.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return new ParsedRequest.Refused(Refusal.PATH_UNKNOWN);
    }
    if (request.headers().contains(SERVICE_WORKER)) {
      return new ParsedRequest.Refused(Refusal.SERVICE_WORKER);
    }
    Optional<String> authorization = header(request, HttpHeaderNames.AUTHORIZATION);
    Optional<String> bot = authorization.flatMap(this::botOf);
    if (authorization.isPresent() && bot.isEmpty()) {
      return new ParsedRequest.Refused(Refusal.TOKEN_UNKNOWN);
    }
    if (proof) {
      return proof(request, payer, piece);
    }
    return new ParsedRequest.Retrieval(
        request.method().equals(HttpMethod.HEAD),
        pathStyle,
        payer,
        piece,
        conditions(request),
        bot,
        filename(request));
  }

  private static ParsedRequest proof(HttpServerRequest request, Address payer, PieceName piece) {
    boolean headOnly = request.method().equals(HttpMethod.HEAD);
    return ProofQuery.read(request)
        .<ParsedRequest>map(
            query -> new ParsedRequest.Proof(headOnly, payer, piece, query, conditions(request)))
        .orElseGet(() -> new ParsedRequest.Refused(Refusal.PROOF_MALFORMED));
  }

  private Optional<String> botOf(String authorization) {
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? bots.nameOf(authorization.substring(BEARER.length()).strip())
        : Optional.empty();
  }

  private static ParsedRequest.Conditions conditions(HttpServerRequest request) {
    return new ParsedRequest.Conditions(
        // RFC 9110 knows ranges of GET only
        request.method().equals(HttpMethod.GET)
            ? header(request, HttpHeaderNames.RANGE)
            : Optional.empty(),
        header(request, HttpHeaderNames.IF_RANGE),
        list(request, HttpHeaderNames.IF_MATCH),
        list(request, HttpHeaderNames.IF_NONE_MATCH));
  }

  private static Optional<String> filename(HttpServerRequest request) {
    if (request.query() == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(request.getParam("filename"))
          .filter(name -> !name.isEmpty() && name.length() <= MAX_FILENAME);
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
