package io.filcdn.common.identity;

import java.io.IOException;
import java.security.PrivateKey;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.jspecify.annotations.Nullable;

/** The private half of an edge's key, which signs. It is never shown. */
public final class EdgePrivateKey {

  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final Ed25519PrivateKeyParameters key;

  private EdgePrivateKey(Ed25519PrivateKeyParameters key) {
    this.key = key;
  }

  /**
   * Reads an unencrypted PKCS #8 PEM text, as {@code openssl genpkey -algorithm ed25519} writes it.
   *
   * @throws IllegalArgumentException where it is none; the message shows nothing of it
   */
  public static EdgePrivateKey ofPem(String pem) {
    int begin = pem.indexOf(BEGIN);
    int end = pem.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "expected a PEM file with \"%s\", found none".formatted(BEGIN));
    }
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
      if (PrivateKeyFactory.createKey(encoded) instanceof Ed25519PrivateKeyParameters key) {
        return new EdgePrivateKey(key);
      }
    } catch (IOException | RuntimeException e) {
      throw none(e);
    }
    throw none(null);
  }

  private static IllegalArgumentException none(@Nullable Exception cause) {
    return new IllegalArgumentException(
        "expected an Ed25519 private key (PKCS #8), found another or a broken one", cause);
  }

  /** The PEM text of a private key, which {@link #ofPem} reads. */
  static String pem(PrivateKey key) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return "%s\n%s\n%s\n".formatted(BEGIN, lines, END);
  }

  /** The signature of a message: 64 bytes in Base64. Of any thread. */
  public String sign(byte[] message) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, key);
    signer.update(message, 0, message.length);
    return Base64.getEncoder().encodeToString(signer.generateSignature());
  }

  @Override
  public String toString() {
    return "a private key";
  }
}
