package io.filcdn.acceptance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.testing.browser.Chromium;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pictures of README.md, of the pages of a stack that has served its demo pieces. {@code
 * ./filcdn screenshots} runs it; by its name alone it is run by nothing else.
 */
class Screenshots {

  private static final Path PICTURES = Path.of("../../docs/images");
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int FETCHES = 12;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  @Test
  void picturesOfReadme() throws IOException {
    try (Stack stack = Stack.up(folder.resolve("data"));
        Chromium chromium = Chromium.start(folder.resolve("profile"))) {
      URI metrics = stack.service("metrics");
      for (Stack.DemoPiece piece : stack.demoPieces()) {
        for (int i = 0; i < FETCHES; i++) {
          Client.get(piece.url());
        }
      }
      Chromium.Tab tab = chromium.open();
      String payer = stack.demoPieces().getFirst().url().getPath().split("/", -1)[1];
      take(
          tab,
          metrics.resolve("/"),
          "light",
          "document.querySelector('main').textContent.includes('%s')".formatted(payer),
          "overview.png");
      take(
          tab,
          metrics.resolve("/payer/" + payer),
          "dark",
          "[...document.querySelectorAll('[data-name$=cdn-settled]')].some(d => d.value !== '0')",
          "payer.png");
    }
  }

  /** Takes a picture of a page as soon as all of it is there, and {@code ready} is true. */
  private static void take(Chromium.Tab tab, URI page, String scheme, String ready, String name)
      throws IOException {
    ObjectNode size = JSON.createObjectNode().put("width", 1280).put("height", 900);
    tab.send(
        "Emulation.setDeviceMetricsOverride",
        size.put("deviceScaleFactor", 1).put("mobile", false));
    tab.send("Emulation.setScrollbarsHidden", JSON.createObjectNode().put("hidden", true));
    ObjectNode media = JSON.createObjectNode();
    media.putArray("features").addObject().put("name", "prefers-color-scheme").put("value", scheme);
    tab.send("Emulation.setEmulatedMedia", media);
    tab.navigate(page.toString());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                tab.evaluate(
                        "document.querySelectorAll('[aria-busy=true]').length === 0 && " + ready)
                    .asBoolean());
    JsonNode picture = tab.send("Page.captureScreenshot", JSON.createObjectNode());
    Files.createDirectories(PICTURES);
    Files.write(PICTURES.resolve(name), Base64.getDecoder().decode(picture.path("data").asText()));
    System.out.println("PICTURE docs/images/" + name);
  }
}
