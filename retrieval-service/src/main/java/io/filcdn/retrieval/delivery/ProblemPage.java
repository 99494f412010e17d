package io.filcdn.retrieval.delivery;

import io.filcdn.common.digest.Digests;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** The page that tells the user of a browser why there is no piece, and what can be done. */
final class ProblemPage {

  private static final String STYLE =
      "body{font:1.1em/1.5 system-ui,sans-serif;max-width:36em;margin:4em auto;padding:0 1em}"
          + "code,small{color:#666}";

  /** The page needs nothing but its own style, and is nobody's frame. */
  static final CharSequence CSP =
      new AsciiString(
          "default-src 'none'; style-src 'sha256-%s'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
              .formatted(hash(STYLE)));

  private ProblemPage() {}

  private static String hash(String text) {
    return Base64.getEncoder()
        .encodeToString(Digests.sha256(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The page for a problem. */
  static String of(Problem problem) {
    Refusal refusal = problem.refusal();
    return """
    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>%1$d %2$s</title>
    <style>%3$s</style>
    <h1>%4$s</h1>
    %5$s<p>%6$s</p>
    <p><small>FilCDN, %1$d <code>%2$s</code></small></p>
    </html>
    """
        .formatted(
            refusal.status(),
            refusal.code(),
            STYLE,
            escaped(refusal.sentence()),
            list(problem.details()),
            escaped(advice(refusal)));
  }

  private static String list(List<String> details) {
    if (details.isEmpty()) {
      return "";
    }
    StringBuilder list = new StringBuilder("<ul>");
    details.forEach(detail -> list.append("<li>").append(escaped(detail)).append("</li>"));
    return list.append("</ul>\n").toString();
  }

  private static String advice(Refusal refusal) {
    return switch (refusal.status()) {
      case 400 -> "Check the address: its host or its form is wrong.";
      case 401 -> "Pieces need no token: ask again without one.";
      case 402 -> "Only the payer, in whose name the piece is stored, can change that.";
      case 403, 451 -> "It will not be served here, however often you ask.";
      case 404 -> "Check the address, or ask the one who gave it to you where the piece is now.";
      case 412, 416 -> "Ask for the whole piece, without conditions and ranges.";
      case 429 -> "Wait a few seconds, then load the page again.";
      case 502, 503, 504 ->
          "Load the page again in a few seconds. Where that does not help, tell the payer of the"
              + " piece, with the code below.";
      default -> "The program that sent this request has to be mended.";
    };
  }

  /** Text that HTML takes for nothing else. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
