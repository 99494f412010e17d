package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.access.KeyId;

/** The ones whom a cap of a policy is for. */
public sealed interface CapBearer {

  /** All who fetch. */
  record All() implements CapBearer {
    @Override
    public String toString() {
      return ALL;
    }
  }

  /** The bearers of a key. */
  record Key(KeyId id) implements CapBearer {
    public Key {
      requireNonNull(id, "id is missing");
    }

    @Override
    public String toString() {
      return KEY + id;
    }
  }

  /** The clients of a bucket: one, as a rule. */
  record Client(int bucket) implements CapBearer {
    public Client {
      CapSalt.requireBucket(bucket);
    }

    @Override
    public String toString() {
      return CLIENT + bucket;
    }
  }

  /** The bearers of the signed tokens of a bucket: of one, as a rule. */
  record Token(int bucket) implements CapBearer {
    public Token {
      CapSalt.requireBucket(bucket);
    }

    @Override
    public String toString() {
      return TOKEN + bucket;
    }
  }

  /** The text of all. */
  String ALL = "all";

  /** Begins the text of a key. */
  String KEY = "key/";

  /** Begins the text of a bucket of clients. */
  String CLIENT = "client/";

  /** Begins the text of a bucket of tokens. */
  String TOKEN = "token/";

  /**
   * Reads a bearer.
   *
   * @throws IllegalArgumentException where the text is none
   */
  static CapBearer of(String text) {
    CapBearer bearer;
    if (text.startsWith(KEY)) {
      bearer = new Key(KeyId.of(text.substring(KEY.length())));
    } else if (text.startsWith(CLIENT)) {
      bearer = new Client(bucket(text.substring(CLIENT.length())));
    } else if (text.startsWith(TOKEN)) {
      bearer = new Token(bucket(text.substring(TOKEN.length())));
    } else {
      bearer = new All();
    }
    if (!bearer.toString().equals(text)) {
      throw new IllegalArgumentException("expected whom a cap is for, found another text");
    }
    return bearer;
  }

  private static int bucket(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected the number of a bucket, found another text");
    }
  }
}
