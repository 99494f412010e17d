package io.filcdn.stack;

import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Http;

/** The text that a person reads when a stack is ready. */
final class Welcome {

  /** Scripts wait for a line that begins so. */
  private static final String READY = "Ready in ";

  private Welcome() {}

  /** And for one that begins so. */
  private static final String NOT_READY = "Not ready ";

  /** Prints what a person reads when waiting has ended, and the stack goes on. */
  static void sayNotReady(Console console, String limit, String missing, DataFolder data) {
    console.say("");
    console.say(
        "What is ready stays so, and the rest goes on starting; the logs are %s. ./filcdn status shows it, ./filcdn down stops it."
            .formatted(data.log("*")));
    console.say("%s%s: %s".formatted(NOT_READY, limit, missing));
  }

  static void say(Console console, StackFile stack, DataFolder data, Http http) {
    console.say("");
    for (String service : StackFile.SERVICES) {
      console.say("  %-12s %s".formatted(service, stack.service(service)));
    }
    if (stack.isDevnet()) {
      console.say("  %-12s %s".formatted("provider", stack.provider()));
    }
    console.say("  %-12s %s".formatted("chain", stack.rpcUrl()));
    console.say("  %-12s %s".formatted("logs", data.log("*")));
    console.say("  %-12s %s/".formatted("pages", stack.service("metrics")));
    stack
        .firstUrl()
        .ifPresent(
            url -> {
              console.say("");
              console.say("  Look at   " + url);
              console.say("  or paste  curl -sS -D - -o picture.png " + url);
              console.say("  or have it proved  node clients/verify/example/serve.js " + url);
            });
    stack
        .firstOriginUrl()
        .ifPresent(
            url -> {
              console.say(
                  "  On a domain of its own a payer is a host; browsers and curl find it here"
                      + " too:");
              console.say("            " + url);
            });
    stack.signed("url").ifPresent(url -> sayWhoMayFetch(console, stack, url, http));
    console.say("");
    console.say(READY + console.elapsed() + ". ./filcdn down stops it, and so does Ctrl-C.");
  }

  private static void sayWhoMayFetch(Console console, StackFile stack, String url, Http http) {
    console.say("");
    console.say(
        "  The payer of data set %s asks for a signed URL. This one is good for a day:"
            .formatted(stack.signed("dataSetId").orElseThrow()));
    console.say("            " + stack.signed("signedUrl").orElseThrow());
    console.say("  Without a token, the edge says: " + answer(http, url));
    console.say("            " + url);
    console.say(
        "  Sign it anew  ./filcdn sign --key %s URL".formatted(stack.signed("key").orElseThrow()));
    console.say(
        "  Make a key    as docs/access.md says, with API=%s PAYER_KEY=%s"
            .formatted(stack.service("metrics"), DevnetAccount.PAYER.privateKey()));
  }

  /** The status of an answer, and of a refusal what it says for programs and people. */
  private static String answer(Http http, String url) {
    return http.ask(url)
        .map(
            answer ->
                answer
                    .headers()
                    .firstValue("X-Error-Code")
                    .map(
                        code ->
                            "%d %s: %s"
                                .formatted(
                                    answer.statusCode(),
                                    code,
                                    answer.body().lines().findFirst().orElse("")))
                    .orElse(Integer.toString(answer.statusCode())))
        .orElse("nothing");
  }
}
