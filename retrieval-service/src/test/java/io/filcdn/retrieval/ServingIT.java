package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the public contract says of requests and answers, beside ranges, limits and money. */
class ServingIT extends EdgeTest {

  private static final long MARGIN = 2_880;

  @Test
  void preflightsAreAllowedEverywhere() throws Exception {
    for (String path : List.of("/", "/anything", "/" + newPiece(10).cid())) {
      Answer answer =
          edge.client()
              .send(
                  "OPTIONS",
                  "any.example",
                  path,
                  "Origin: https://app.example",
                  "Access-Control-Request-Method: GET",
                  "Access-Control-Request-Headers: range");

      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
      assertThat(answer.header("Access-Control-Allow-Methods")).contains("GET", "HEAD");
      assertThat(answer.header("Access-Control-Allow-Headers"))
          .contains("Range", "If-Range", "If-Match", "If-None-Match");
      assertThat(answer.header("Access-Control-Expose-Headers"))
          .contains(
              "Content-Range",
              "Accept-Ranges",
              "ETag",
              "X-Data-Set-ID",
              "Cache-Status",
              "Server-Timing");
    }
  }

  @Test
  void preflightsTakeWhatHeadersAreAskedFor() throws Exception {
    Answer asked = preflight("x-trace-id,cache-control");
    Answer tooLong = preflight("x".repeat(3_000));
    Answer odd = preflight("x<script>");

    assertThat(asked.header("Access-Control-Allow-Headers"))
        .contains("Range", "x-trace-id,cache-control");
    for (Answer plain : List.of(tooLong, odd)) {
      assertThat(plain.status()).isEqualTo(204);
      assertThat(plain.header("Access-Control-Allow-Headers")).endsWith("Authorization");
    }
    assertThat(asked.headers()).doesNotContainKey("access-control-allow-credentials");
  }

  private Answer preflight(String headers) throws IOException {
    return edge.client()
        .send(
            "OPTIONS",
            "any.example",
            "/x",
            "Origin: https://app.example",
            "Access-Control-Request-Method: GET",
            "Access-Control-Request-Headers: " + headers);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "127.0.0.1", "[::1]", "cdn.example", "CDN.Example.", "a.localhost"})
  void thePayerMayBeInThePathOnSharedHosts(String host) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);

    Answer answer =
        edge.client().send("GET", host, "/" + payer.address() + "/piece/" + piece.cid() + "/");

    assertThat(answer.body()).isEqualTo(piece.bytes());
    assertThat(answer.header("Content-Security-Policy")).startsWith("sandbox");
    assertRefused(edge.client().send("GET", host, "/" + piece.cid()), 400, "host-unknown");
    for (String end : new String[] {"", "/"}) {
      assertRefused(
          edge.client().send("GET", host, "/" + payer.address() + end), 404, "path-unknown");
    }
  }

  @Test
  void everyAnswerSaysWhenItWasMade() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);
    String host = payer.address() + ".localhost";
    List<Answer> answers =
        List.of(
            get(payer, piece),
            get(payer, piece, "Range: bytes=0-0"),
            get(payer, piece, "If-None-Match: *"),
            head(payer, piece),
            edge.client().send("OPTIONS", host, "/"),
            edge.client().send("GET", host, "/"),
            edge.client().send("GET", host, "/x"),
            edge.client().send("GET", host, "/x", "Host: other"),
            edge.client().send("GET", host, "/" + "x".repeat(20_000)));

    for (Answer answer : answers) {
      Instant date =
          DateTimeFormatter.RFC_1123_DATE_TIME.parse(answer.header("Date"), Instant::from);
      assertThat(date).isCloseTo(Clock.systemUTC().instant(), within(1, ChronoUnit.MINUTES));
    }
    assertThat(answers)
        .extracting(Answer::status)
        .containsExactly(200, 206, 304, 200, 204, 200, 404, 400, 414);
  }

  @Test
  void pagesOfOtherOriginsMayUseAndMeasureAPiece() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);

    for (Answer answer : List.of(get(payer, piece), get(payer, piece), head(payer, piece))) {
      assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("cross-origin");
      assertThat(answer.header("Timing-Allow-Origin")).isEqualTo("*");
      assertThat(answer.header("Last-Modified")).isEqualTo(TestIndex.ADDED_AT);
    }
  }

  @Test
  void aBrowserThatNavigatesGetsAPageOnWhatHappened() throws Exception {
    String accept = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    Payer payer = newPayer();
    TestPiece unreachable = newPiece(10);
    place(unreachable, payer.address(), payer.dataSet());

    Answer unknown = get(payer, newPiece(9), accept);
    Answer gone = get(payer, unreachable, accept);
    Answer script = edge.client().get(payer.address(), "/<script>alert(1)</script>", accept);

    assertRefused(unknown, 404, "piece-unknown");
    assertThat(unknown.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(unknown.header("Content-Security-Policy"))
        .startsWith("default-src 'none'; style-src 'sha256-")
        .contains("frame-ancestors 'none'");
    assertThat(unknown.text()).contains("<h1>No data set holds this piece.</h1>", "piece-unknown");
    assertThat(gone.text())
        .contains("<li>fwss/1: does not have the piece</li>", "Check the address");
    assertRefused(script, 404, "path-unknown");
    assertThat(script.text()).doesNotContain("<script>");
  }

  @Test
  void theRootSaysWhatThisIs() throws Exception {
    for (String host : List.of("localhost", newPayer().address() + ".localhost", "any.example")) {
      Answer answer = edge.client().send("GET", host, "/");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Type")).startsWith("text/html");
      assertThat(answer.text()).contains("FilCDN");
    }
    assertThat(edge.client().send("HEAD", "localhost", "/").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "PURGE", "FOO"})
  void otherMethodsAreToldWhichThereAre(String method) throws Exception {
    Answer answer =
        edge.client().send(method, newPayer().address() + ".localhost", "/x", "Content-Length: 0");

    assertRefused(answer, 405, "method-not-allowed");
    assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
  }

  @Test
  void thePayersAddressIsReadInAnyCase() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);
    String digits = payer.address().hex().substring(2).toUpperCase(Locale.ROOT);

    Answer answer = edge.client().send("GET", "0x" + digits + ".LOCALHOST", "/" + piece.cid());

    assertThat(answer.body()).isEqualTo(piece.bytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.org",
        "0x12.localhost",
        "0xzz00000000000000000000000000000000000000.localhost",
        "0x00000000000000000000000000000000000000012.localhost",
        "a.0x0000000000000000000000000000000000000001.localhost",
        "0x0000000000000000000000000000000000000001localhost",
        "0x0000000000000000000000000000000000000001.localhost.example",
        "0000000000000000000000000000000000000001.localhost",
        ".localhost",
        "localhost"
      })
  void hostsThatAreNoPayersAreRefused(String host) throws Exception {
    assertRefused(edge.client().send("GET", host, "/" + newPiece(10).cid()), 400, "host-unknown");
  }

  @Test
  void whatIsNoPieceCidIsNotFound() throws Exception {
    Address payer = newPayer().address();
    String v2 = newPiece(10).cid().toString();
    String v1 = newPiece(10).cid().commP().toString();
    // the last letter holds bits beyond the bytes, which a canonical spelling leaves at 0
    String loose = v1.substring(0, v1.length() - 1) + (v1.endsWith("7") ? "6" : "7");
    for (String path :
        List.of(
            "/x",
            "/baga",
            "/bafk",
            "/bafkqaaa",
            "/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG",
            "/" + v2.substring(0, v2.length() - 1),
            "/" + v2 + "a",
            "/" + v2 + "/more",
            "/piece",
            "/piece/",
            "/piece/piece/" + v2,
            "/" + v1 + "=",
            "/" + loose)) {
      assertRefused(edge.client().get(payer, path), 404, "path-unknown");
    }
  }

  @Test
  void tokensMustBeKnown() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);
    for (String authorization : List.of("Basic YTpi", "Bearer wrong", "Bearer", "bearer ", "x")) {
      Answer answer = get(payer, piece, "Authorization: " + authorization);

      assertRefused(answer, 401, "token-unknown");
      assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }
  }

  @Test
  void aPieceComesWithOurHeadersAndNoneOfTheProviders() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);

    for (String status : List.of("filcdn; fwd=miss; stored", "filcdn; hit")) {
      Answer answer = get(payer, piece);

      assertThat(answer.header("Cache-Status")).isEqualTo(status);
      assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
      assertThat(answer.header("ETag")).isEqualTo("\"" + piece.cid() + "\"");
      assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
      assertThat(answer.header("Content-Length")).isEqualTo("1000");
      assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
      assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'none'");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("X-Data-Set-ID")).isEqualTo(number(payer.dataSet()));
      assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
      assertThat(answer.header("Server-Timing"))
          .matches("edge;desc=\"(miss|hit)\";dur=\\d+\\.\\d+");
      assertThat(answer.headers()).doesNotContainKeys("set-cookie", "x-provider");
    }
  }

  private static String number(String dataSet) {
    return Long.toString(DataSetId.of(dataSet).number());
  }

  @Test
  void aHeadCostsNothing() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 70_000);

    Answer byV2 = head(payer, piece);
    Answer byV1 =
        edge.client().send("HEAD", payer.address() + ".localhost", "/piece/" + piece.cid().commP());
    Answer whole = get(payer, piece);
    Answer cached = head(payer, piece);

    assertThat(byV2.header("Cache-Status")).isEqualTo("filcdn; detail=from-cid");
    assertThat(cached.header("Cache-Status")).isEqualTo("filcdn; hit");
    assertThat(cached.header("Content-Type")).isEqualTo(whole.header("Content-Type"));
    assertThat(cached.header("Server-Timing")).startsWith("edge;desc=\"head\";dur=");
    for (Answer head : List.of(byV2, byV1, cached)) {
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length")).isEqualTo("70000");
      assertThat(head.header("ETag")).isEqualTo("\"" + piece.cid() + "\"");
    }
    assertThat(provider.requestsFor(piece)).isEqualTo(1);
    assertBilled(payer, 70_000, 70_000);
    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 1);
  }

  @Test
  void aNameInThePathIsOfThePieceAndSaysWhatItIs() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = TestPiece.of("a { color: red }\n".getBytes(StandardCharsets.UTF_8));
    provider.with(piece);
    place(piece, payer.address(), payer.dataSet());

    for (String path :
        List.of("/%s/a+b%%20c.css", "/piece/%s/a+b%%20c.css", "//%s/%%61+b%%20c.css/")) {
      Answer styled = edge.client().get(payer.address(), path.formatted(piece.cid()));

      assertThat(styled.body()).isEqualTo(piece.bytes());
      assertThat(styled.header("Content-Type")).isEqualTo("text/css; charset=utf-8");
      assertThat(styled.header("Content-Disposition"))
          .isEqualTo("inline; filename=\"a+b c.css\"; filename*=UTF-8''a%2Bb%20c.css");
    }
    Answer pathStyle =
        edge.client()
            .send("HEAD", "localhost", "/%s/%s/x.md".formatted(payer.address(), piece.cid()));
    assertThat(pathStyle.header("Content-Type")).isEqualTo("text/markdown; charset=utf-8");
    assertThat(pathStyle.header("Content-Security-Policy")).startsWith("sandbox");
    assertThat(get(payer, piece).header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    for (String name : List.of("more", "a/b.css", "%zz.css", "x".repeat(256) + ".css", "..")) {
      assertRefused(
          edge.client().get(payer.address(), "/" + piece.cid() + "/" + name), 404, "path-unknown");
    }
  }

  @Test
  void metadataOnChainSaysWhatAPieceIsAndALinkKnowsBetter() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = TestPiece.of("a,b\n1,2\n".getBytes(StandardCharsets.UTF_8));
    provider.with(piece);
    awaitPlaced(
        index.place(
            piece.cid(),
            payer.address(),
            payer.dataSet(),
            Map.of("filename", "table", "contentType", "text/csv")));
    String path = "/" + piece.cid();

    Answer labelled = edge.client().get(payer.address(), path);
    Answer named = edge.client().get(payer.address(), path + "/notes.txt");

    assertThat(labelled.header("Content-Type")).isEqualTo("text/csv; charset=utf-8");
    assertThat(labelled.header("Content-Disposition")).startsWith("inline; filename=\"table\"");
    assertThat(named.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(named.header("Content-Disposition")).startsWith("inline; filename=\"notes.txt\"");
  }

  @Test
  void aNameToSaveUnderIsPassedOn() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);
    String path = "/" + piece.cid();

    Answer named =
        edge.client().get(payer.address(), path + "?filename=a%20%22b%22%0d%0ac%3Aé.txt");
    Answer unreadable = edge.client().get(payer.address(), path + "?filename=%zz");
    Answer unnamed = edge.client().get(payer.address(), path + "?other=1");

    assertThat(named.header("Content-Disposition"))
        .startsWith("attachment; filename=\"a _b___c_")
        .contains("; filename*=UTF-8''a%20%22b%22__c%3A");
    assertThat(named.body()).isEqualTo(piece.bytes());
    assertThat(unreadable.body()).isEqualTo(piece.bytes());
    assertThat(unnamed.headers()).doesNotContainKey("content-disposition");
  }

  @Test
  void aV1CidMeansThePayersOwnPieceWithThatRoot() throws Exception {
    TestPiece longer = TestPiece.of(Arrays.copyOf(newPiece(900).bytes(), 950));
    TestPiece shorter = TestPiece.of(Arrays.copyOf(longer.bytes(), 900));
    assertThat(shorter.cid().commP()).isEqualTo(longer.cid().commP());
    Payer hasLonger = newPayer();
    Payer hasBoth = newPayer();
    provider.with(longer).with(shorter);
    place(longer, hasLonger.address(), hasLonger.dataSet());
    place(longer, hasBoth.address(), hasBoth.dataSet());
    place(shorter, hasBoth.address(), hasBoth.dataSet());
    String path = "/" + longer.cid().commP();

    assertThat(edge.client().get(hasLonger.address(), path).body()).isEqualTo(longer.bytes());
    assertThat(edge.client().get(hasBoth.address(), path).body()).isEqualTo(shorter.bytes());
    assertRefused(get(hasLonger, shorter), 402, "no-deal");
    assertRefused(get(newPayer(), longer), 402, "no-deal");
  }

  @Test
  void aPieceThatIsPlacedByItsRootAloneIsServedByItsV2Cid() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(5_000);
    provider.with(piece);
    index.place(piece.cid().commP(), payer.address(), payer.dataSet());
    TestPiece placedLast = placed(payer, 10);

    assertThat(get(payer, placedLast).status()).isEqualTo(200);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> edge.edge().knows(piece.cid(), payer.address(), DataSetId.of(payer.dataSet())));
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    assertRefused(
        edge.client().get(payer.address(), "/" + piece.cid().commP()), 404, "size-unknown");
    assertRefused(get(newPayer(), piece), 402, "no-deal");
  }

  @Test
  void aRailThatEndsTooSoonToSettleIsNotServed() throws Exception {
    Address soon = newPayer().address();
    Address later = newPayer().address();
    Epoch far = edge.now().plus(10 * MARGIN);
    index.railsEnd("fwss/900001", soon, "fwss/1", edge.now().plus(MARGIN - 1), far);
    index.railsEnd("fwss/900002", later, "fwss/1", edge.now().plus(MARGIN + 100), far);
    TestPiece piece = newPiece(1_000);
    provider.with(piece);
    place(piece, soon, "fwss/900001");
    place(piece, later, "fwss/900002");

    assertRefused(edge.client().get(soon, "/" + piece.cid()), 402, "rail-ended");
    assertThat(edge.client().get(later, "/" + piece.cid()).body()).isEqualTo(piece.bytes());
  }

  @Test
  void withoutARailForMissesOnlyCachedPiecesAreServed() throws Exception {
    Address payer = newPayer().address();
    Epoch far = edge.now().plus(10 * MARGIN);
    index.railsEnd("fwss/900003", payer, "fwss/1", far, new Epoch(1));
    Payer other = newPayer();
    TestPiece cached = placed(other, 1_000);
    TestPiece cold = newPiece(1_000);
    provider.with(cold);
    place(cached, payer, "fwss/900003");
    place(cold, payer, "fwss/900003");
    get(other, cached);

    assertThat(edge.client().get(payer, "/" + cached.cid()).body()).isEqualTo(cached.bytes());
    assertRefused(edge.client().get(payer, "/" + cold.cid()), 402, "cache-miss-rail-ended");
    assertThat(provider.requestsFor(cold)).isZero();
  }

  @Test
  void whatTheProxiesSayCountsOnlyFromProxies() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);

    get(payer, piece, "X-Forwarded-For: 203.0.113.7", "CF-IPCountry: CH");

    assertBilled(payer, 100, 100);
    assertThat(rows(payer.dataSet(), io.filcdn.common.egress.EgressRow.Egress.class))
        .extracting(row -> row.country())
        .containsOnly("ZZ");
  }

  @Test
  void pieceThatNobodyHoldsAnyMoreLeavesTheCache() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(1_000);
    provider.with(piece);
    PlacementRecord placement = place(piece, payer.address(), payer.dataSet());
    get(payer, piece);
    assertThat(isCold(piece)).isFalse();

    index.remove(placement);

    await().atMost(Duration.ofSeconds(20)).until(() -> isCold(piece));
    assertRefused(get(payer, piece), 404, "piece-unknown");
  }

  @Override
  java.util.Map<String, String> settings() {
    return java.util.Map.of(
        "filcdn.retrieval.admission.denylist.refresh", "300ms",
        "filcdn.retrieval.http.dns-root", ".localhost,.Second.example",
        "filcdn.retrieval.http.path-hosts", "cdn.example,a.localhost",
        "filcdn.retrieval.http.country-header", "CF-IPCountry");
  }

  @Test
  void eachOfSeveralRootsIsThereForAllPayers() throws IOException {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100);
    String path = "/" + piece.cid();

    Answer below = edge.client().send("GET", payer.address() + ".second.EXAMPLE.", path);
    Answer itself = edge.client().send("GET", "second.example", "/" + payer.address() + path);

    assertThat(below.body()).isEqualTo(piece.bytes());
    assertThat(itself.body()).isEqualTo(piece.bytes());
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    assertRefused(
        edge.client().send("GET", payer.address() + ".x.second.example", path),
        400,
        "host-unknown");
  }

  @Test
  void eachErrorHasOneCodeInTextAndInJson() throws IOException {
    TestPiece unknown = newPiece(9);
    Payer payer = newPayer();

    Answer text = get(payer, unknown);
    Answer json = get(payer, unknown, "Accept: text/html, application/problem+json;q=0.9");

    assertRefused(text, 404, "piece-unknown");
    assertThat(text.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertRefused(json, 404, "piece-unknown");
    assertThat(json.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(json.text()).contains("\"code\":\"piece-unknown\"", "\"status\":404");
  }
}
