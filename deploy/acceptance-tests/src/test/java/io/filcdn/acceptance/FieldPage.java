package io.filcdn.acceptance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.acceptance.Script.Outcome;
import io.filcdn.testing.browser.Chromium;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A site of its own in a browser without a past, which shows pages of {@code docs/recipes.md}. */
final class FieldPage implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Map<String, String> TYPES =
      Map.of(
          "js", "text/javascript",
          "mjs", "text/javascript",
          "wasm", "application/wasm",
          "html", "text/html");

  /** Tells a failure as a page's own. */
  private static final String TOLD =
      """
      <script>
        addEventListener('error', (event) => { window.failure = event.message })
        addEventListener('unhandledrejection', (event) => { window.failure = String(event.reason) })
      </script>
      """;

  /** The last word of a page; empty before. A film is sought through to nine tenths. */
  private static final String OUTCOME =
      """
      (() => {
        const film = document.querySelector('video')
        if (!film) return window.failure ?? document.querySelector('output')?.value ?? ''
        if (film.error) return film.error.message
        if (film.readyState < HTMLMediaElement.HAVE_METADATA) return ''
        if (!film.sought) {
          film.sought = true
          film.currentTime = 0.9 * film.duration
          return ''
        }
        if (film.seeking || film.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return ''
        return `at ${Math.round(100 * film.currentTime / film.duration)} %`
      })()
      """;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Chromium chromium;
  private final Path libraries;
  private final String worker;

  private FieldPage(HttpServer server, Chromium chromium, Path libraries, String worker) {
    this.server = server;
    this.chromium = chromium;
    this.libraries = libraries;
    this.worker = worker;
  }

  /**
   * Opens one.
   *
   * @param libraries the folder that it shows as {@code /node_modules}
   * @param worker the script that it shows as {@code /worker.js}
   */
  static FieldPage open(Path folder, Path libraries, String worker) throws IOException {
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(here, 0);
    Chromium chromium = Chromium.start(folder.resolve("profile"));
    FieldPage page = new FieldPage(server, chromium, libraries, worker);
    server.setExecutor(page.threads);
    server.createContext("/", page::serve);
    server.start();
    return page;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body =
          switch (path) {
            case "/index.html" -> "<!doctype html>".getBytes(StandardCharsets.UTF_8);
            case "/worker.js" -> worker.getBytes(StandardCharsets.UTF_8);
            default -> library(path);
          };
      String ending = path.substring(path.lastIndexOf('.') + 1);
      exchange
          .getResponseHeaders()
          .set("Content-Type", TYPES.getOrDefault(ending, "application/octet-stream"));
      exchange.sendResponseHeaders(
          body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private byte[] library(String path) throws IOException {
    Path file = libraries.resolveSibling(path.substring(1)).normalize();
    return file.startsWith(libraries) && Files.isRegularFile(file)
        ? Files.readAllBytes(file)
        : new byte[0];
  }

  /** Shows a page, and what it says in the end. */
  Outcome show(String html, Duration limit) {
    Chromium.Tab tab = chromium.open();
    tab.navigate("http://localhost:%d/index.html".formatted(server.getAddress().getPort()));
    try {
      // not by its address: a page that reads a piece while it loads takes as long as that does
      tab.evaluate(
          "document.open(); document.write(%s); document.close()"
              .formatted(JSON.writeValueAsString(TOLD + html)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String outcome =
        await().atMost(limit).until(() -> tab.evaluate(OUTCOME).asText(), said -> !said.isEmpty());
    return new Outcome(0, List.of(outcome));
  }

  @Override
  public void close() {
    chromium.close();
    server.stop(0);
    threads.close();
  }
}
