package io.filcdn.retrieval.origin;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.origin.OriginAddress.Checked;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.retrieval.usage.Traffic;
import io.filcdn.wallet.CurioToken;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A client that fetches pieces from providers as Curio serves them: {@code GET
 * {serviceUrl}/piece/{pieceCid}}. Nothing of a provider's answer is trusted: its headers are read
 * only for status, length, range, encoding, redirect and Retry-After.
 *
 * <p>Connections are kept for a while. Providers close them when they like, also as a request is on
 * its way: where a connection that was used before brings no byte, the request goes out once more,
 * on a new one that is not kept.
 */
public final class OriginClient {

  private static final int MAX_REDIRECTS = 3;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** The status that a server sends on a connection that it was about to close for idleness. */
  private static final int REQUEST_TIMEOUT = 408;

  private final Tools tools;
  private final OriginProofs proofs;
  private final HostAddresses addresses;
  private final OriginConnections connections;
  private final HostFetches hosts;

  /**
   * The rules by which providers are asked.
   *
   * @param connect how long a connection to one address may take
   * @param firstByte how long the head of an answer may take, redirects and all, and before that
   *     the addresses of the provider's host
   * @param stall within which time a provider must send {@code leastBytes}
   * @param leastBytes the least that it must send within {@code stall}
   * @param longest how long a provider may take for a whole piece, as far as its pace goes
   * @param connections to one provider at once, and to one host
   * @param reach what may be contacted
   */
  public record Rules(
      Duration connect,
      Duration firstByte,
      Duration stall,
      long leastBytes,
      Duration longest,
      int connections,
      Reach reach) {

    /** No provider has to be faster, however large the piece. */
    private static final long ENOUGH_A_SECOND = 256 << 10;

    /** The least that a provider must send within {@link #stall} of what has {@code size} bytes. */
    long leastBytes(long size) {
      double bytesASecond = size / (longest.toMillis() / 1e3);
      double ofSize = Math.min(bytesASecond, ENOUGH_A_SECOND) * stall.toMillis() / 1e3;
      return Math.max(leastBytes, (long) ofSize);
    }
  }

  /** The tools that fetches work with. */
  record Tools(Vertx vertx, Rules rules, Traffic traffic, Clock clock) {}

  /**
   * A request for a part of a piece.
   *
   * @param proof that its provider is shown, and nobody that it redirects to
   * @param redirects how many may still follow
   * @param anew whether it needs a new connection
   */
  private record Question(
      OriginAddress address,
      OriginFetch fetch,
      Optional<CurioToken> proof,
      int redirects,
      boolean anew) {
    Question onNewConnection() {
      return new Question(address, fetch, proof, redirects, true);
    }
  }

  /**
   * @param addresses of providers' hosts
   * @param proofs that gated providers are shown
   * @param traffic is told of what providers send, for the metrics
   */
  public OriginClient(
      Vertx vertx,
      Rules rules,
      HostAddresses addresses,
      OriginProofs proofs,
      Traffic traffic,
      Clock clock) {
    this(new Tools(vertx, rules, traffic, clock), addresses, proofs, OriginTls.javasTrust());
  }

  OriginClient(
      Tools tools, HostAddresses addresses, OriginProofs proofs, X509ExtendedTrustManager trust) {
    this.tools = tools;
    this.addresses = addresses;
    this.proofs = proofs;
    this.connections = new OriginConnections(tools, trust);
    this.hosts = new HostFetches(tools.rules.connections());
  }

  /** A fetch of a part of a piece, which is begun by {@link #start}. */
  OriginFetch fetch(Origin origin, PieceCid piece, ByteRange wanted, OriginSink sink) {
    return new OriginFetch(tools, hosts, OriginFetch.Part.ofPiece(origin, piece, wanted), sink);
  }

  /**
   * A question whether the provider has a piece, which is begun by {@link #start}.
   *
   * @param sink told of its completion where it has
   */
  OriginFetch probe(Origin origin, PieceCid piece, OriginSink sink) {
    return new OriginFetch(tools, hosts, OriginFetch.Part.probe(origin, piece), sink);
  }

  /** A fetch of a piece's tree, which is begun by {@link #start}. */
  OriginFetch fetchTree(Origin origin, PieceCid piece, OriginSink sink) {
    return new OriginFetch(tools, hosts, OriginFetch.Part.ofTree(origin, piece), sink);
  }

  /** Asks the provider. Returns at once; the fetch's sink is called on the current event loop. */
  void start(OriginFetch fetch) {
    OriginUrl url;
    try {
      url = OriginUrl.parse(fetch.origin().serviceUrl());
    } catch (IllegalArgumentException e) {
      fetch.fail(Kind.UNUSABLE, String.valueOf(e.getMessage()));
      return;
    }
    check(
        url,
        fetch,
        address -> {
          fetch.asks();
          askAt(address, fetch);
        });
  }

  private void askAt(OriginAddress service, OriginFetch fetch) {
    OriginUrl url = service.url().below(fetch.path());
    proofs
        .of(fetch.origin(), fetch.piece())
        .onSuccess(proof -> ask(new Question(service.at(url), fetch, proof, MAX_REDIRECTS, false)))
        .onFailure(failure -> fetch.fail(Kind.FAILED, "no proof for it can be signed"));
  }

  private void check(OriginUrl url, OriginFetch fetch, Consumer<OriginAddress> then) {
    addresses
        .of(url.host())
        .onSuccess(
            found -> {
              if (!fetch.isOver()) {
                use(OriginAddress.check(url, tools.rules.reach(), found), fetch, then);
              }
            })
        .onFailure(failure -> fetch.fail(Kind.UNUSABLE, failure.toString()));
  }

  private static void use(Checked checked, OriginFetch fetch, Consumer<OriginAddress> then) {
    switch (checked) {
      case Checked.Usable(OriginAddress address) -> then.accept(address);
      case Checked.Refused(String why) -> fetch.fail(Kind.UNUSABLE, why);
    }
  }

  private void ask(Question question) {
    connections
        .request(question.address, question.fetch.method(), question.fetch.range(), question.anew)
        .onSuccess(
            request -> {
              question.proof.ifPresent(
                  proof -> request.putHeader(HttpHeaders.AUTHORIZATION, proof.authorization()));
              send(question, request);
            })
        .onFailure(
            failure -> unanswered(question, failure, failure instanceof HttpClosedException));
  }

  private void send(Question question, HttpClientRequest request) {
    OriginConnection connection = OriginConnection.of(request.connection());
    question.fetch.sending(request);
    if (!question.fetch.takesPlaceAt(connection.host())) {
      return;
    }
    boolean reused = connection.begin();
    request
        .send()
        .onSuccess(
            answer -> {
              if (reused && answer.statusCode() == REQUEST_TIMEOUT) {
                request.reset();
                ask(question.onNewConnection());
              } else {
                receive(question, answer);
              }
            })
        .onFailure(failure -> unanswered(question, failure, reused && connection.isSilent()));
  }

  /**
   * @param ofConnection whether the failure tells of a connection that had been kept, and nothing
   *     of the provider
   */
  private void unanswered(Question question, Throwable failure, boolean ofConnection) {
    if (ofConnection && !question.anew && !question.fetch.isOver()) {
      ask(question.onNewConnection());
    } else {
      question.fetch.fail(Kind.FAILED, failure.toString());
    }
  }

  private void receive(Question question, HttpClientResponse answer) {
    String location = answer.getHeader("Location");
    if (location == null || !REDIRECTS.contains(answer.statusCode())) {
      question.fetch.receive(answer);
    } else if (question.redirects == 0) {
      question.fetch.fail(
          Kind.FAILED, "expected at most %d redirects, found more".formatted(MAX_REDIRECTS));
    } else {
      answer.request().reset();
      follow(question, unicode(location));
    }
  }

  private void follow(Question question, String location) {
    OriginAddress from = question.address;
    Reach reach = tools.rules.reach();
    OriginUrl to;
    try {
      to = from.url().resolve(location);
    } catch (IllegalArgumentException e) {
      question.fetch.fail(Kind.UNUSABLE, "it redirects: " + e.getMessage());
      return;
    }
    if (!reach.allowsRedirect(from.url(), to)) {
      question.fetch.fail(
          Kind.UNUSABLE,
          "expected a redirect within %s or to one of the hosts %s, and not away from TLS, found %s"
              .formatted(
                  from.url().host(), reach.redirectHosts().patterns(), OriginUrl.shown(to.host())));
      return;
    }
    Consumer<OriginAddress> then =
        address ->
            ask(
                new Question(
                    address, question.fetch, Optional.empty(), question.redirects - 1, false));
    if (to.host().equals(from.url().host())) {
      // the host that was checked stays at the addresses that were checked
      use(from.at(to).check(reach), question.fetch, then);
    } else {
      check(to, question.fetch, then);
    }
  }

  /** Netty gives a header's bytes as characters of Latin-1; UTF-8 where they are that. */
  private static String unicode(String header) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(header.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      return header;
    }
  }

  /** Tells of each second how many bytes came in it. */
  PaceMeter measure(LongConsumer second) {
    return new PaceMeter(tools.vertx, second);
  }

  /** Ends all fetches. */
  public void close() {
    connections.close();
  }
}
