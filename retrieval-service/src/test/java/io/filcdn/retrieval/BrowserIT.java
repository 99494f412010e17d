package io.filcdn.retrieval;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.retrieval.media.Kind;
import io.filcdn.testing.browser.Chromium;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chromium with pieces, and with pages of another site that are made of them. */
class BrowserIT extends EdgeTest {

  /** Tells what the page does with the file; empty while that is open. */
  private static final String OUTCOME =
      """
      (() => {
        const media = document.querySelector('video, audio')
        const image = document.images[0]
        if (!media) return image && image.naturalWidth === 0 ? 'BROKEN' : 'SHOWN'
        if (media.error || media.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) return 'BROKEN'
        return media.readyState >= HTMLMediaElement.HAVE_METADATA ? 'PLAYED' : ''
      })()
      """;

  private Chromium chromium;
  private Chromium.Tab tab;
  private HttpServer site;
  private volatile String page = "";

  @BeforeAll
  void start(@TempDir Path profile) throws IOException {
    chromium = Chromium.start(profile);
    tab = chromium.open();
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    site.createContext("/", this::serve);
    site.start();
  }

  @AfterAll
  void end() {
    chromium.close();
    site.stop(0);
  }

  /** Serves the page, isolated from all other sites that do not allow to be read. */
  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = page.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      exchange.getResponseHeaders().set("Cross-Origin-Embedder-Policy", "require-corp");
      exchange.getResponseHeaders().set("Cross-Origin-Opener-Policy", "same-origin");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Shows a page of another site. */
  private void show(String html) {
    page = "<!doctype html><meta charset=\"utf-8\"><body>" + html;
    assertThat(tab.navigate("http://127.0.0.1:" + site.getAddress().getPort() + "/")).isTrue();
  }

  private String place(Payer payer, byte[] bytes, String name) {
    TestPiece piece = TestPiece.of(bytes);
    provider.with(piece);
    awaitPlaced(index.place(piece, payer.address(), payer.dataSet()));
    return url(payer, piece, name);
  }

  private String url(Payer payer, TestPiece piece, String name) {
    return "http://%s.localhost:%d/%s/%s"
        .formatted(payer.address(), edge.client().port(), piece.cid(), name);
  }

  @Test
  void eachKindIsPlayedShownOrSaved() {
    Payer payer = newPayer();
    List<PlacementRecord> placements = new ArrayList<>();
    Map<String, String> urls = new LinkedHashMap<>();
    for (Kind kind : Kind.all()) {
      TestPiece piece = TestPiece.of(kind.bytes());
      provider.with(piece);
      placements.add(index.place(piece, payer.address(), payer.dataSet()));
      urls.put(kind.file(), url(payer, piece, kind.file()));
    }
    placements.forEach(this::awaitPlaced);

    Map<String, String> outcomes = new LinkedHashMap<>();
    urls.forEach((file, url) -> outcomes.put(file, outcome(url)));
    // some versions of Chromium know JPEG XL, the others save it
    outcomes.replaceAll(
        (file, outcome) -> file.endsWith(".jxl") && outcome.equals("SAVED") ? "SHOWN" : outcome);

    assertThat(outcomes)
        .isEqualTo(
            Kind.all().stream()
                .collect(Collectors.toMap(Kind::file, kind -> kind.browser().toString())));
  }

  private String outcome(String url) {
    return tab.navigate(url)
        ? await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> tab.evaluate(OUTCOME).asText(), outcome -> !outcome.isEmpty())
        : "SAVED";
  }

  @Test
  void theHostOfAllPayersShowsAndPlaysTooThoughItsPagesAreSandboxed() {
    Payer payer = newPayer();
    Set<String> files =
        Set.of("faststart.mp4", "film.webm", "song.mp3", "picture.png", "page.html");
    Map<String, Kind> kinds =
        Kind.all().stream()
            .filter(kind -> files.contains(kind.file()))
            .collect(Collectors.toMap(Kind::file, kind -> kind));
    assertThat(kinds.keySet()).isEqualTo(files);
    kinds.forEach(
        (file, kind) -> {
          String own = place(payer, kind.bytes(), file);
          String shared =
              own.replace("//%s.localhost".formatted(payer.address()), "//localhost")
                  .replaceFirst("(:\\d+/)", "$1" + payer.address() + "/");
          assertThat(outcome(shared)).as(shared).isEqualTo(kind.browser().toString());
        });
  }

  @Test
  void aPlaylistPlaysTheSegmentsThatItNames() {
    Payer payer = newPayer();
    byte[] segment = Kind.of("segment.ts").bytes();
    String playlist =
        """
        #EXTM3U
        #EXT-X-VERSION:3
        #EXT-X-TARGETDURATION:2
        #EXTINF:2.0,
        %s
        #EXT-X-ENDLIST
        """
            .formatted(place(payer, segment, "segment.ts"));

    assertThat(outcome(place(payer, playlist.getBytes(UTF_8), "film.m3u8"))).isEqualTo("PLAYED");
  }

  @Test
  void scriptsModulesAndStylesheetsWorkOnAnotherSitesPage() throws NoSuchAlgorithmException {
    Payer payer = newPayer();
    byte[] script = "globalThis.ran = 'yes'\n".getBytes(UTF_8);
    byte[] style = "body { color: rgb(1, 2, 3) }\n".getBytes(UTF_8);
    byte[] module = "export const answer = 42\n".getBytes(UTF_8);

    show(
        """
        <link rel="stylesheet" href="%s" integrity="%s" crossorigin>
        <script src="%s" integrity="%s" crossorigin></script>
        <script type="importmap">{"imports": {"answer": "%s"}}</script>
        <script type="module">import {answer} from 'answer'; globalThis.answer = answer</script>
        """
            .formatted(
                place(payer, style, "style.css"),
                integrity(style),
                place(payer, script, "script.js"),
                integrity(script),
                place(payer, module, "module.mjs")));

    assertThat(tab.evaluate("ran").asText()).isEqualTo("yes");
    assertThat(tab.evaluate("answer").asInt()).isEqualTo(42);
    assertThat(tab.evaluate("getComputedStyle(document.body).color").asText())
        .isEqualTo("rgb(1, 2, 3)");
  }

  private static String integrity(byte[] bytes) throws NoSuchAlgorithmException {
    byte[] hash = MessageDigest.getInstance("SHA-384").digest(bytes);
    return "sha384-" + Base64.getEncoder().encodeToString(hash);
  }

  @Test
  void anIsolatedPageShowsPicturesPlaysFilmsAndSeeksInThem() {
    Payer payer = newPayer();

    show(
        """
        <img src="%s">
        <video src="%s" crossorigin muted></video>
        """
            .formatted(
                place(payer, Kind.of("picture.avif").bytes(), "picture.avif"),
                place(payer, Kind.of("moov-last.mp4").bytes(), "film.mp4")));
    JsonNode seen =
        tab.evaluate(
            """
            new Promise((done, fail) => {
              const film = document.querySelector('video')
              film.onseeked = () => done([crossOriginIsolated, document.images[0].naturalWidth,
                film.videoWidth, film.currentTime])
              film.onerror = () => fail(film.error.message)
              const seek = () => { film.currentTime = 1.5 }
              film.readyState ? seek() : film.onloadedmetadata = seek
            })
            """);

    assertThat(seen.toString()).isEqualTo("[true,32,64,1.5]");
  }

  @Test
  void anotherSitesPageFetchesRangesWithAndWithoutPreflight() {
    Payer payer = newPayer();
    String url = place(payer, "0123456789".getBytes(UTF_8), "digits.txt");
    show("");

    for (String range : List.of("bytes=7-9", "bytes=-3")) {
      JsonNode fetched =
          tab.evaluate(
              """
              fetch('%s', {headers: {Range: '%s'}}).then(async answer =>
                [answer.status, answer.headers.get('Content-Range'), await answer.text()])
              """
                  .formatted(url, range));
      assertThat(fetched.toString()).isEqualTo("[206,\"bytes 7-9/10\",\"789\"]");
    }
  }

  @Test
  void noNameMakesAScriptRun() {
    Payer payer = newPayer();
    String run = "document.documentElement.setAttribute('ran', '')";
    String text = "Hello <script>" + run + "</script>\n";
    String xml =
        "<doc><s:script xmlns:s=\"http://www.w3.org/1999/xhtml\">" + run + "</s:script></doc>\n";
    String html = "<!doctype html><title>Hi</title><script>" + run + "</script>\n";
    for (String name : List.of("a.html", "a.svg", "a.xhtml", "a.xml", "a.js", "a.txt")) {
      assertThat(typeShown(place(payer, text.getBytes(UTF_8), name)))
          .isIn("text/plain", "text/javascript");
      assertThat(typeShown(place(payer, xml.getBytes(UTF_8), name)))
          .isIn("text/plain", "application/xml", "text/javascript");
      assertThat(typeShown(place(payer, html.getBytes(UTF_8), name)))
          .isIn("text/plain", "text/html", "text/javascript");
    }
  }

  /** The type of a page, in which no script ran. */
  private String typeShown(String url) {
    assertThat(tab.navigate(url)).as(url).isTrue();
    assertThat(tab.evaluate("document.documentElement.hasAttribute('ran')").asBoolean())
        .as("a script ran at " + url)
        .isFalse();
    return tab.evaluate("document.contentType").asText();
  }
}
