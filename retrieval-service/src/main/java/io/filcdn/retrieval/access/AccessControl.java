package io.filcdn.retrieval.access;

import java.util.function.Consumer;

/**
 * The decision whether a client may fetch a piece that was admitted. Each kind of proof has its own
 * check; all come to one {@link Verdict}. It decides from what is on this edge and asks nobody.
 */
public final class AccessControl {

  private final KeyCheck keys;

  public AccessControl(KeyCheck keys) {
    this.keys = keys;
  }

  /**
   * Decides, and goes on: at once, or where something has to be read from disk, soon on the same
   * event loop.
   */
  public void check(AccessRequest request, Consumer<Verdict> then) {
    switch (request.credential()) {
      // pieces are public
      case Credential.None _, Credential.Bot _ ->
          then.accept(new Verdict.Granted(request.admitted(), Grant.PUBLIC));
      case Credential.Key(var key) -> keys.check(request, key, then);
      case Credential.Unusable(var refusal) -> then.accept(new Verdict.Refused(refusal));
    }
  }
}
