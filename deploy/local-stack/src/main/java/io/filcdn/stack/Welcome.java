package io.filcdn.stack;

import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;

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

  static void say(Console console, StackFile stack, DataFolder data) {
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
    console.say("");
    console.say(READY + console.elapsed() + ". ./filcdn down stops it, and so does Ctrl-C.");
  }
}
