package io.filcdn.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.testing.browser.Chromium;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Somebody in front of a page: a tab of Chromium with a screen, a keyboard, and a view. */
final class PageVisitor {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final Path AXE = Path.of("src/main/webui/node_modules/axe-core/axe.min.js");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Runs before anything of a page does. */
  private static final String WATCH =
      """
      window.complaints = []
      document.addEventListener('securitypolicyviolation', e => complaints.push('CSP: ' + e.blockedURI))
      window.addEventListener('error', e => complaints.push(String(e.message)))
      window.addEventListener('unhandledrejection', e => complaints.push(String(e.reason)))
      """;

  /** Every named figure on the page, as it is told to programs. */
  private static final String FIGURES =
      "Object.fromEntries([...document.querySelectorAll('data[data-name]')].map(d =>"
          + " [d.dataset.name, d.value]))";

  private static final String SERIOUS =
      """
      axe.run().then(found => found.violations
        .filter(v => v.impact === 'serious' || v.impact === 'critical')
        .map(v => v.id + ': ' + v.nodes[0].html))
      """;

  private static final int MOST_TABS = 200;

  /** The name of what has the focus, as a screen reader has it or with its hint behind. */
  private static final String FOCUSED_NAME =
      """
      (one => (one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent).trim())(document.activeElement)
      """;

  private final Chromium.Tab tab;

  private PageVisitor(Chromium.Tab tab) {
    this.tab = tab;
  }

  /** A visitor's screen and preference. */
  record Screen(String name, int width, int height, String scheme) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final Screen DESKTOP = new Screen("desktop-light", 1280, 900, "light");

  static Stream<Screen> screens() {
    return Stream.of(
        DESKTOP,
        new Screen("desktop-dark", 1280, 900, "dark"),
        new Screen("phone-light", 375, 740, "light"),
        new Screen("phone-dark", 375, 740, "dark"));
  }

  /** The paths of all pages; PAYER stands for a payer's address. */
  static Stream<String> paths() {
    return Stream.of(
        "/",
        "/payer/PAYER",
        "/provider/fwss/3",
        "/audit/fwss/12",
        "/start",
        "/account",
        "/settlement",
        "/system",
        "/meanings");
  }

  /** Opens a tab. */
  static PageVisitor open(Chromium chromium) {
    PageVisitor visitor = new PageVisitor(chromium.open());
    visitor.before(WATCH);
    visitor.screen(DESKTOP);
    return visitor;
  }

  static String root() {
    return "http://localhost:" + RestAssured.port;
  }

  /** A script that runs before anything of a page does. */
  void before(String script) {
    send("Page.addScriptToEvaluateOnNewDocument", json().put("source", script));
  }

  void go(String path) {
    assertThat(tab.navigate(root() + path)).isTrue();
  }

  /** Goes to where nothing is. */
  void leave() {
    tab.navigate("about:blank");
  }

  void screen(Screen screen) {
    send(
        "Emulation.setDeviceMetricsOverride",
        json()
            .put("width", screen.width())
            .put("height", screen.height())
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
    ObjectNode media = json();
    media
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", screen.scheme());
    send("Emulation.setEmulatedMedia", media);
  }

  void offline(boolean cut) {
    send("Network.enable", json());
    send(
        "Network.emulateNetworkConditions",
        json()
            .put("offline", cut)
            .put("latency", 0)
            .put("downloadThroughput", -1)
            .put("uploadThroughput", -1));
  }

  void press(String key, int code, String text) {
    ObjectNode down = json().put("type", text.isEmpty() ? "rawKeyDown" : "keyDown");
    down.put("key", key).put("code", key).put("windowsVirtualKeyCode", code).put("text", text);
    send("Input.dispatchKeyEvent", down);
    ObjectNode up = json().put("type", "keyUp");
    send(
        "Input.dispatchKeyEvent",
        up.put("key", key).put("code", key).put("windowsVirtualKeyCode", code));
  }

  /** Goes on by Tab alone, until what has the focus is called that. */
  void tabTo(String name) {
    int tabs = 0;
    while (!evaluate(FOCUSED_NAME).asText().startsWith(name)) {
      assertThat(tabs++).as("Tab finds %s", name).isLessThan(MOST_TABS);
      press("Tab", 9, "");
    }
  }

  void enter() {
    press("Enter", 13, "\r");
  }

  /** Cuts the network: what is shown stays, and is marked as old until the network is back. */
  void assertKeepsWhatItShowsWhileTheNetworkIsCut() {
    Map<String, String> shown = figures();
    offline(true);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evaluate("document.querySelector('.stale')?.textContent ?? ''").asText())
                    .contains("does not answer", "Trying again", "These numbers are of"));
    assertThat(figures().keySet()).isEqualTo(shown.keySet());

    offline(false);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evaluate("document.querySelectorAll('.stale').length").asInt())
                    .isZero());
    assertThat(figures().keySet()).isEqualTo(shown.keySet());
  }

  /** Writes where the focus is. */
  void write(String text) {
    send("Input.insertText", json().put("text", text));
  }

  /**
   * Writes into a field of the part under that heading, once it is there, in place of what it
   * holds.
   */
  void fill(String heading, String field, String text) {
    String focus =
        """
      ((heading, name) => {
        const part = [...document.querySelectorAll('main section')]
          .find(one => one.querySelector('h2')?.textContent === heading)
        const field = part?.querySelector(`[name=${name}]`)
        field?.focus()
        field?.select()
        return field != null
      })(%s, %s)
      """
            .formatted(RecordJson.write(heading), RecordJson.write(field));
    await().atMost(PATIENCE).until(() -> evaluate(focus).asBoolean());
    write(text);
  }

  /** Presses a button, a label or the head of details, once it is there. */
  void click(String name) {
    String click =
        """
      (name => {
        const found = [...document.querySelectorAll('main button, main summary, main label')]
          .find(one => (one.getAttribute('aria-label') ?? one.textContent).trim() === name)
        found?.click()
        return found !== undefined
      })(%s)
      """
            .formatted(RecordJson.write(name));
    await().atMost(PATIENCE).until(() -> evaluate(click).asBoolean());
  }

  String focused(String property) {
    return evaluate("document.activeElement." + property).asText();
  }

  /** All that the page says. */
  String text() {
    return evaluate("document.querySelector('main').textContent").asText();
  }

  /** Waits until nothing is asked for any more that is not there yet. */
  void untilAllIsThere() {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                evaluate("document.querySelectorAll('[aria-busy=true]').length === 0").asBoolean());
  }

  /** Waits until the page says all of it: its parts come one by one. */
  void says(String... texts) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(text()).contains(texts));
  }

  void shows(String name, String value) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(figures()).containsEntry(name, value));
  }

  Map<String, String> figures() {
    Map<String, String> figures = new HashMap<>();
    evaluate(FIGURES)
        .properties()
        .forEach(figure -> figures.put(figure.getKey(), figure.getValue().asText()));
    return figures;
  }

  /** Errors, and what the Content-Security-Policy forbade. */
  List<String> complaints() {
    return texts(evaluate("complaints"));
  }

  /** Nothing is hard to use, too wide, or in error. */
  void assertNothingAmiss(String of) {
    try {
      evaluate(Files.readString(AXE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(texts(evaluate(SERIOUS))).as("axe on %s", of).isEmpty();
    assertThat(evaluate("document.documentElement.scrollWidth - innerWidth").asInt())
        .as("overflow of %s", of)
        .isLessThanOrEqualTo(0);
    assertThat(complaints()).as("complaints on %s", of).isEmpty();
  }

  /** Leaves a picture in target/screenshots. */
  void picture(String name) {
    JsonNode taken = send("Page.captureScreenshot", json().put("captureBeyondViewport", true));
    try {
      Files.createDirectories(SCREENSHOTS);
      Files.write(
          SCREENSHOTS.resolve(name + ".png"),
          Base64.getDecoder().decode(taken.path("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode evaluate(String expression) {
    return tab.evaluate(expression);
  }

  private JsonNode send(String method, ObjectNode parameters) {
    return tab.send(method, parameters);
  }

  private static ObjectNode json() {
    return JSON.createObjectNode();
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }
}
