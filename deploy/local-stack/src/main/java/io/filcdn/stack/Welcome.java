package io.filcdn.stack;

import io.filcdn.stack.run.Console;
import io.filcdn.stack.run.DataFolder;

/** What a person reads when a stack is ready. */
final class Welcome {

  /** Scripts wait for a line that begins so. */
  private static final String READY = "Ready in ";

  private Welcome() {}

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
    stack
        .firstUrl()
        .ifPresent(
            url -> {
              console.say("");
              console.say("  Look at   " + url);
              console.say("  or paste  curl -sS -D - -o picture.png " + url);
            });
    console.say("");
    console.say(READY + console.elapsed() + ". ./filcdn down stops it, and so does Ctrl-C.");
  }
}
