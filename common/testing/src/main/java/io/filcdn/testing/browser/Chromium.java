package io.filcdn.testing.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.testing.process.Await;
import io.filcdn.testing.process.StackFailure;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** This machine's Chromium without a window, driven by its DevTools protocol. */
public final class Chromium implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();

  private Chromium(Process process, URI devTools) {
    this.process = process;
    this.socket = http.newWebSocketBuilder().buildAsync(devTools, new Incoming()).join();
  }

  /**
   * Starts one.
   *
   * @param profile a folder that it may use
   */
  public static Chromium start(Path profile) throws IOException {
    Process process =
        new ProcessBuilder(
                executable().toString(),
                "--headless=new",
                // in containers its own sandbox mostly cannot be made
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--mute-audio",
                "--autoplay-policy=no-user-gesture-required",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path listens = profile.resolve("DevToolsActivePort");
    await("Chromium to listen", () -> !process.isAlive() || portAndPath(listens).size() > 1);
    if (!process.isAlive()) {
      throw new StackFailure("expected Chromium to listen, found that it ended");
    }
    List<String> portAndPath = portAndPath(listens);
    Chromium chromium =
        new Chromium(
            process,
            URI.create("ws://127.0.0.1:" + portAndPath.getFirst() + portAndPath.getLast()));
    chromium.saveIn(profile.resolve("downloads"));
    return chromium;
  }

  private static List<String> portAndPath(Path listens) {
    try {
      return Files.exists(listens) ? Files.readAllLines(listens) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(String what, BooleanSupplier done) {
    if (!Await.until(PATIENCE, done)) {
      throw new StackFailure(
          "expected %s within %d seconds, found nothing".formatted(what, PATIENCE.toSeconds()));
    }
  }

  private static Path executable() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(
            folder ->
                List.of("chromium", "chromium-browser", "google-chrome").stream()
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "expected Chromium on the PATH, found none: install it (Debian: chromium)"));
  }

  private void saveIn(Path folder) {
    ObjectNode allowed = JSON.createObjectNode();
    allowed.put("behavior", "allow").put("downloadPath", folder.toString());
    call("", "Browser.setDownloadBehavior", allowed.put("eventsEnabled", true));
  }

  /** Opens a tab. */
  public Tab open() {
    ObjectNode blank = JSON.createObjectNode().put("url", "about:blank");
    String target = call("", "Target.createTarget", blank).path("targetId").asText();
    ObjectNode attach = JSON.createObjectNode().put("targetId", target).put("flatten", true);
    Tab tab = new Tab(call("", "Target.attachToTarget", attach).path("sessionId").asText());
    call(tab.session, "Page.enable", JSON.createObjectNode());
    return tab;
  }

  /** A tab. */
  public final class Tab {

    private final String session;

    private Tab(String session) {
      this.session = session;
    }

    /**
     * Goes to a page and waits until it has loaded.
     *
     * @return false where there is no page: it is saved, or the browser cannot get it
     */
    public boolean navigate(String url) {
      events.clear();
      JsonNode begun = call(session, "Page.navigate", JSON.createObjectNode().put("url", url));
      if (begun.has("errorText")) {
        return false;
      }
      await("%s to be loaded".formatted(url), () -> hasLoaded() || isSaved(url));
      return !isSaved(url);
    }

    private boolean hasLoaded() {
      return events.stream().anyMatch(said -> is(said, "Page.loadEventFired"));
    }

    /** Others may be told of late. */
    private boolean isSaved(String url) {
      return events.stream()
          .filter(said -> is(said, "Browser.downloadWillBegin"))
          .anyMatch(said -> said.at("/params/url").asText().equals(url));
    }

    private static boolean is(JsonNode event, String method) {
      return event.path("method").asText().equals(method);
    }

    /** A command of the DevTools protocol, and what it answers. */
    public JsonNode send(String method, ObjectNode parameters) {
      return call(session, method, parameters);
    }

    /** The value of a JavaScript expression; of a promise, what it comes to. */
    public JsonNode evaluate(String expression) {
      ObjectNode evaluation = JSON.createObjectNode().put("expression", expression);
      evaluation.put("awaitPromise", true).put("returnByValue", true);
      JsonNode answer = call(session, "Runtime.evaluate", evaluation);
      if (answer.has("exceptionDetails")) {
        throw new IllegalStateException(expression + ": " + answer.path("exceptionDetails"));
      }
      return answer.path("result").path("value");
    }
  }

  private JsonNode call(String session, String method, ObjectNode parameters) {
    int id = calls.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", parameters);
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    socket.sendText(message.toString(), true).join();
    JsonNode said = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    if (said.has("error")) {
      throw new IllegalStateException(method + ": " + said.path("error"));
    }
    return said.path("result");
  }

  private final class Incoming implements WebSocket.Listener {

    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      message.append(part);
      if (last) {
        take(message.toString());
        message.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedStage(null);
    }

    private void take(String text) {
      try {
        JsonNode said = JSON.readTree(text);
        CompletableFuture<JsonNode> answer = answers.remove(said.path("id").asInt());
        if (answer == null) {
          events.add(said);
        } else {
          answer.complete(said);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Chromium's messages are JSON", e);
      }
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    process.onExit().join();
  }
}
